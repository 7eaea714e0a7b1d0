/**
 * What is not equal between the runs of the comparison that is shown; and of those that train as
 * many numbers, what a step of each took.
 */

import { Explained } from "../glossary/Term";
import { useStudio } from "../store/store";
import { equalSizes } from "./equal-size";
import "./UnequalTerms.css";

export function UnequalTerms() {
  const { current, past } = useStudio((state) => state.comparison);
  const shown = current ?? past[0];
  const sentences = shown?.unequal ?? [];
  const equal = shown ? equalSizes(shown) : [];
  if (sentences.length + equal.length === 0) return null;
  return (
    <section className="panel unequal-terms" aria-labelledby="unequal-title">
      <h2 className="panel-title" id="unequal-title">
        {sentences.length > 0 ? "What is not equal" : "Of equal size"}
      </h2>
      {sentences.length > 0 && <Sentences all={sentences} />}
      {sentences.length > 0 && equal.length > 0 && <h3 className="group-label">Of equal size</h3>}
      {equal.length > 0 && <Sentences all={equal} />}
    </section>
  );
}

function Sentences({ all }: { all: readonly string[] }) {
  return (
    <ul>
      {all.map((sentence) => (
        <li key={sentence}>
          <Explained>{sentence}</Explained>
        </li>
      ))}
    </ul>
  );
}
