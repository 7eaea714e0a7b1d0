/**
 * What stands in the charts' place until there is a point to draw: each run, and whether it is
 * ready. How far the work in hand is says the bar above (`ProgressLine.tsx`).
 */

import { Check, Hourglass, LoaderCircle } from "lucide-react";
import { RunSwatch } from "../charts/RunSwatch";
import type { Comparison, RunRecord } from "../store/state";
import "./Preparation.css";

export function Preparation({ comparison: { runs } }: { comparison: Comparison }) {
  return (
    <section className="preparation" aria-labelledby="preparation">
      <h3 id="preparation">Preparing</h3>
      <p className="muted">Charts come with the first point: every run is evaluated once before its first step.</p>
      <ul>
        {runs.map((run, place) => {
          const stage = stageOf(runs, place);
          const { Icon, said } = LOOKS[stage];
          const isLate = stage === "waiting" && run.learningRate === null;
          return (
            <li key={run.key} className={`preparation-${stage}`}>
              <RunSwatch slot={run.slot} />
              <span className="preparation-name">{run.name}</span>
              <span className="preparation-stage">
                <Icon size={14} aria-hidden="true" /> {isLate ? "trains nothing: joins after the first step" : said}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

type Stage = "waiting" | "working" | "ready";

const LOOKS = {
  waiting: { Icon: Hourglass, said: "waits" },
  working: { Icon: LoaderCircle, said: "being prepared" },
  ready: { Icon: Check, said: "ready" },
} as const;

/** Runs are prepared one after the other: whatever lies before the last that was begun is ready. */
function stageOf(runs: readonly Pick<RunRecord, "state">[], place: number): Stage {
  const { state } = runs[place]!;
  if (state === "waiting") return "waiting";
  if (state !== "preparing") return "ready";
  return runs.findLastIndex((run) => run.state === "preparing") === place ? "working" : "ready";
}
