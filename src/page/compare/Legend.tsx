/** The key to all charts: one toggle per run; past comparisons behind the newest one. */

import { X } from "lucide-react";
import { splitsOf } from "../../data/splits";
import { remove } from "../actions/removal";
import { pointAt, showRuns } from "../actions/ui";
import { RunSwatch } from "../charts/RunSwatch";
import { recentSpeed } from "../curves/run-curves";
import { formatBytes, formatCount, formatDuration, formatPlural, formatWhen } from "../numbers";
import { areComparable } from "../store/comparable";
import { ownBytes } from "../store/memory-bytes";
import type { Comparison, RunRecord } from "../store/state";
import { patch, useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import "./Legend.css";

export function Legend() {
  const { current, past } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const newest = current ?? past[0];
  if (!newest) return null;
  const earlier = past.filter((comparison) => comparison !== newest);
  return (
    <div className="legend">
      <fieldset className="legend-group">
        <legend className="visually-hidden">Runs plotted</legend>
        <Entries comparison={newest} hidden={hidden} faded={false} />
        {current === null && <Remove comparison={newest} />}
      </fieldset>
      {earlier.length > 0 && (
        <details className="legend-past">
          <summary>
            {earlier.length === 1 ? "1 earlier comparison" : `${earlier.length} earlier comparisons`}
            <span className="muted"> · drawn faint when shown</span>
          </summary>
          {earlier.map((comparison) => {
            const keys = comparison.runs.map((run) => run.key);
            const anyShown = keys.some((key) => !hidden.has(key));
            const isAlike = areComparable(comparison, newest);
            return (
              <fieldset key={comparison.id} className="legend-group">
                <legend className="legend-when">
                  {formatWhen(comparison.startedAt)} · {comparison.dataTitle} · {comparison.modelName}
                </legend>
                {isAlike ? (
                  <>
                    <Entries comparison={comparison} hidden={hidden} faded />
                    <button type="button" className="text-button" onClick={() => showRuns(keys, !anyShown)}>
                      {anyShown ? "hide all" : "show all"}
                    </button>
                  </>
                ) : (
                  <span className="muted">
                    {formatPlural(comparison.runs.length, "run")} on other rows or another model, not drawn with these
                  </span>
                )}
                <Remove comparison={comparison} />
              </fieldset>
            );
          })}
          <button type="button" className="text-button" onClick={() => patch("ui", { notebook: true })}>
            All are in the notebook
          </button>
        </details>
      )}
    </div>
  );
}

function Remove({ comparison }: { comparison: Comparison }) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={`Remove the comparison of ${formatWhen(comparison.startedAt)} and its adapters`}
      title="Remove this comparison and its adapters"
      onClick={() => void remove([comparison.id])}
    >
      <X size={14} aria-hidden="true" />
    </button>
  );
}

interface EntriesProps {
  comparison: Comparison;
  hidden: ReadonlySet<string>;
  faded: boolean;
}

/** One entry a run, or for all its seeds and splits. */
function Entries({ comparison, hidden, faded }: EntriesProps) {
  const groups = new Map<string, { run: RunRecord; keys: string[] }>();
  for (const run of comparison.runs) {
    const group = groups.get(run.variant.group) ?? { run, keys: [] };
    groups.set(run.variant.group, { ...group, keys: [...group.keys, run.key] });
  }
  const { training, data } = comparison.configuration;
  const splits = splitsOf(data.test ?? null);
  const noun = !splits ? "seeds" : training.seeds > 1 ? "runs" : `${splits.noun}s`;
  return [...groups].map(([title, { run, keys }]) => {
    const { slot, name } = run;
    const shownKey = keys.find((key) => !hidden.has(key)) ?? null;
    const shown = shownKey !== null;
    return (
      <button
        key={keys[0]}
        type="button"
        className={shown ? "legend-entry" : "legend-entry legend-entry-off"}
        aria-pressed={shown}
        title={[shown ? "Hide this run" : "Show this run", ...costs(run)].join(" · ")}
        onClick={() => showRuns(keys, !shown)}
        onPointerEnter={() => pointAt(shownKey)}
        onPointerLeave={() => pointAt(null)}
        onFocus={() => pointAt(shownKey)}
        onBlur={() => pointAt(null)}
      >
        <RunSwatch slot={slot} faded={faded || !shown} />
        {keys.length === 1 ? name : `${title}, ${keys.length} ${noun}`}
      </button>
    );
  });
}

/** What a run trains, takes a step, and holds in memory, as far as it is known. */
function costs({ trainable, curves, bytes }: RunRecord): string[] {
  const speed = recentSpeed(curves, Number.POSITIVE_INFINITY);
  return [
    ...(trainable ? [`trains ${formatCount(trainable.total)}`] : []),
    ...(speed ? [`${formatDuration(speed.secondsPerStep)} a step`] : []),
    ...(bytes ? [formatBytes(ownBytes(bytes))] : []),
  ];
}
