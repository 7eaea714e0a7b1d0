/** Rows that one run gets and another does not, side by side, for two runs that are chosen. */

import { useState } from "react";
import type { AnsweredRow, Scores } from "../../worker/api";
import { TaggedWords } from "../data/TaggedWords";
import { SelectField } from "../fields/SelectField";
import { formatCount, formatPlural } from "../numbers";
import { likeliestPair, pairOf } from "./score-pairs";
import "./WrongestRows.css";

export function DifferingRows({ scores }: { scores: Scores }) {
  const names = scores.runs.map(({ run }) => run);
  const [chosen, setChosen] = useState(() => likeliestPair(scores));
  const { better, worse, rows, shown } = pairOf(scores, chosen);
  const numbers = scores.answer === "number";
  const listed = shown.map((place) => scores.differing[place]!);
  const places = [names.indexOf(better), names.indexOf(worse)] as const;
  const choices = (other: string) =>
    names.filter((name) => name !== other).map((name) => ({ value: name, label: name }));
  return (
    <figure className="scores-rows">
      <figcaption className="group-label">
        {numbers ? "Rows where one run is nearer than another" : "Rows that one run gets and another does not"}
      </figcaption>
      <div className="field-grid">
        <SelectField
          label={numbers ? "Nearer" : "Gets it"}
          value={better}
          choices={names.map((name) => ({ value: name, label: name }))}
          onChange={(name) => setChosen({ better: name, worse: name === worse ? better : worse })}
        />
        <SelectField
          label={numbers ? "Farther" : "Does not"}
          value={worse}
          choices={choices(better)}
          onChange={(name) => setChosen({ better, worse: name })}
        />
      </div>
      <output className="field-help">
        {formatPlural(rows, "row")}
        {rows > shown.length && `; the first ${formatCount(shown.length)} are shown`}.
        {` The other way round: ${formatPlural(pairOf(scores, { better: worse, worse: better }).rows, "row")}.`}
      </output>
      {listed.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="table-scroll wrongest-scroll" aria-label="Rows side by side" tabIndex={0}>
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="number">
                  Row
                </th>
                {scores.answer !== "tags" && <th scope="col">Text</th>}
                <th scope="col">{scores.truth}</th>
                <th scope="col">{better}</th>
                <th scope="col">{worse}</th>
              </tr>
            </thead>
            <tbody>
              {listed.map((row) => (
                <tr key={row.row}>
                  <td className="number muted">{formatCount(row.row)}</td>
                  <Cells row={row} tagged={scores.answer === "tags"} places={places} />
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </figure>
  );
}

interface CellsProps {
  row: AnsweredRow;
  tagged: boolean;
  /** Of the two runs, among the answers. */
  places: readonly [number, number];
}

function Cells({ row: { text, truth, answers }, tagged, places: [one, other] }: CellsProps) {
  const said = [
    { key: "truth", answer: truth },
    { key: "better", answer: answers[one]! },
    { key: "worse", answer: answers[other]! },
  ];
  if (!tagged) {
    return (
      <>
        <td className="wrongest-text">{text}</td>
        {said.map(({ key, answer }) => (
          <td key={key} className={key === "better" ? "muted" : undefined}>
            {answer}
          </td>
        ))}
      </>
    );
  }
  return said.map(({ key, answer }) => {
    const tags = answer.split(" ");
    return (
      <td key={key} className="wrongest-text">
        {/* What was cut has no tags. */}
        <TaggedWords words={text.split(" ").slice(0, tags.length)} tags={tags} />
      </td>
    );
  });
}
