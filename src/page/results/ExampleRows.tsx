/** Three validation rows to try, and what is true of the one that was chosen. */

import type { ExampleRow } from "../../worker/api";
import { useAnswer } from "../asking";

/** Rows that are offered. */
const ROWS = 3;

interface ExampleRowsProps {
  typed: { text: string; textPair: string | null };
  onChoose: (row: ExampleRow) => void;
}

export function ExampleRows({ typed, onChoose }: ExampleRowsProps) {
  const { answer } = useAnswer<ExampleRow[]>((studio) => studio.exampleRows(ROWS), []);
  if (!answer || answer.length === 0) return null;
  const chosen = answer.find(({ text, textPair }) => text === typed.text && (textPair ?? null) === typed.textPair);
  return (
    <div className="example-rows">
      <span className="muted">Or a row that no run was trained on:</span>
      {answer.map((row) => (
        <button
          key={row.row}
          type="button"
          className="button button-small example-row"
          title={row.textPair === null ? row.text : `${row.text} | ${row.textPair}`}
          aria-pressed={row === chosen}
          onClick={() => onChoose(row)}
        >
          {row.text}
        </button>
      ))}
      {chosen?.truth && (
        <p className="try-truth">
          True answer: <strong>{chosen.truth}</strong>
        </p>
      )}
    </div>
  );
}
