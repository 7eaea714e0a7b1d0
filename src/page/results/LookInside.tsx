/** A look into what one of the runs answers: which words decided, where it looks, rows like it. */

import { useState } from "react";
import type { Asked } from "../../worker/api";
import { SelectField } from "../fields/SelectField";
import { AnswerInstruments } from "../instruments/Instruments";

interface LookInsideProps {
  runs: readonly string[];
  asked: Asked;
}

export function LookInside({ runs, asked }: LookInsideProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const run = chosen !== null && runs.includes(chosen) ? chosen : runs[0];
  if (run === undefined) return null;
  return (
    <section className="look-inside" aria-label="Look inside">
      <SelectField
        label="Look inside the answer of"
        value={run}
        choices={runs.map((name) => ({ value: name, label: name }))}
        onChange={setChosen}
      />
      <AnswerInstruments key={run} run={run} asked={asked} />
    </section>
  );
}
