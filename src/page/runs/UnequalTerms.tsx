/** What is not equal between the runs of the comparison that is shown. */

import { useStudio } from "../store/store";
import "./UnequalTerms.css";

export function UnequalTerms() {
  const { current, past } = useStudio((state) => state.comparison);
  const sentences = (current ?? past[0])?.unequal ?? [];
  if (sentences.length === 0) return null;
  return (
    <section className="panel unequal-terms" aria-labelledby="unequal-title">
      <h2 className="panel-title" id="unequal-title">
        What is not equal
      </h2>
      <ul>
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </section>
  );
}
