/**
 * How well the open model's vocabulary suits the texts, beside another model's: tokens for each
 * word, and words that are not known.
 */

import { useId, useState } from "react";
import type { DataSummary, VocabularyFit } from "../../worker/api";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import { formatCount, formatPercent } from "../numbers";
import { useStudio } from "../store/store";
import "./VocabularyTable.css";

export function VocabularyTable({ summary }: { summary: DataSummary }) {
  const id = useId();
  const model = useStudio((state) => state.model.summary);
  const listings = useStudio((state) => state.model.listings);
  const [chosen, setChosen] = useState("");
  const others = listings.filter(({ source }) => source !== model?.source);
  const other = others.find(({ source }) => source === chosen) ?? null;
  const ready = model !== null && summary.problem === null && summary.lengths.length > 0;
  const own = useAnswer<VocabularyFit>(ready ? (studio) => studio.vocabularyFit(null) : null, [summary, model, ready]);
  const beside = useAnswer<VocabularyFit>(ready && other ? (studio) => studio.vocabularyFit(other.source) : null, [
    summary,
    other?.source,
    ready,
  ]);
  if (!ready) return null;
  if (own.error !== null) return <Message kind="error">{own.error}</Message>;
  if (!own.answer || own.answer.words === 0) return null;
  const rows = [
    { name: model.name, fit: own.answer },
    ...(other && beside.answer ? [{ name: other.name, fit: beside.answer }] : []),
  ];
  return (
    <figure className="vocabulary">
      <figcaption className="group-label">
        Vocabulary{" "}
        <span className="muted">
          {formatCount(own.answer.words)} words of {formatCount(own.answer.rows)} training rows
        </span>
      </figcaption>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Tokenizer of</th>
            <th scope="col" className="number">
              Tokens per word
            </th>
            <th scope="col" className="number">
              Unknown words
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, fit }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{(fit.tokens / fit.words).toFixed(2)}</td>
              <td className="number">{fit.unknown === 0 ? "none" : formatPercent(fit.unknown / fit.words, 2)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {others.length > 0 && (
        <p className="vocabulary-other">
          <label htmlFor={id}>Beside it</label>
          <select
            id={id}
            className="input"
            value={other?.source ?? ""}
            onChange={({ target }) => setChosen(target.value)}
          >
            <option value="">no other model</option>
            {others.map(({ source, name }) => (
              <option key={source} value={source}>
                {name}
              </option>
            ))}
          </select>
        </p>
      )}
      {other && beside.error !== null && <Message kind="error">{beside.error}</Message>}
      <p className="field-help">{describe(own.answer)}</p>
    </figure>
  );
}

function describe({ words, whole, mostSplit, unknown, unknownWords }: VocabularyFit): string {
  const listed = (some: readonly string[]) => some.map((word) => `“${word}”`).join(", ");
  return [
    `${formatPercent(whole / words)} of the words are one token.`,
    ...(mostSplit.length > 0 ? [`In the most pieces: ${listed(mostSplit.map(({ word }) => word))}.`] : []),
    ...(unknown > 0 ? [`Not known: ${listed(unknownWords)}; the model cannot tell such words apart.`] : []),
    "Texts far from what a model was made for are in more pieces: they are longer and harder to learn.",
  ].join(" ");
}
