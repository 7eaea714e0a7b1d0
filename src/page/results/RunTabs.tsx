/** One of the runs, to look at. */

import { RunSwatch } from "../charts/RunSwatch";
import type { RunRecord } from "../store/state";
import "../compare/Legend.css";

interface RunTabsProps {
  runs: readonly RunRecord[];
  chosen: string;
  onChoose: (key: string) => void;
}

export function RunTabs({ runs, chosen, onChoose }: RunTabsProps) {
  return (
    <fieldset className="run-tabs">
      <legend className="visually-hidden">Run</legend>
      {runs.map((run) => (
        <button
          key={run.key}
          type="button"
          className="legend-entry"
          aria-pressed={run.key === chosen}
          onClick={() => onChoose(run.key)}
        >
          <RunSwatch slot={run.slot} />
          {run.name}
        </button>
      ))}
    </fieldset>
  );
}
