/** On a run's card: which values are tried, and how many runs that makes. */

import { Grid3x3 } from "lucide-react";
import { pointCount } from "../../plan/sweep";
import { formatPlural } from "../numbers";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { sweepInWords } from "./sweep-words";

export function SweepLine({ run, fields }: { run: DraftRun; fields: readonly OptionField[] }) {
  if (!run.sweep) return null;
  return (
    <p className="run-card-line run-card-sweep">
      <Grid3x3 size={14} aria-hidden="true" />
      <span>
        {formatPlural(pointCount(run), "run")}: {sweepInWords(run.sweep, fields)}
      </span>
    </p>
  );
}
