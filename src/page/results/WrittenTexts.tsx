/**
 * Prompt by prompt: what the data says, and what the frozen model and each run wrote, before and
 * after training.
 */

import type { GeneratedText } from "../../worker/api";
import { placeOf } from "../actions/writing";
import { RunSwatch } from "../charts/RunSwatch";
import { useStudio } from "../store/store";

const ENDINGS: Record<NonNullable<GeneratedText["ending"]>, string> = {
  end: "ended by itself",
  stop: "at the stop text",
  length: "as long as allowed",
  context: "at the end of the context",
  cancelled: "stopped",
};

export function WrittenTexts() {
  const { prompts, texts, busy } = useStudio((state) => state.writing);
  const current = useStudio((state) => state.comparison.current);
  const imported = useStudio((state) => state.comparison.imported);
  if (Object.keys(texts).length === 0) return busy ? <p className="waiting">Reading the prompts…</p> : null;
  const slots = new Map(current?.runs.map((run) => [run.name, run.slot]));
  const runs = [...new Set([...slots.keys(), ...imported.map(({ run }) => run)])];
  const wrote = runs.filter((writer) => texts[placeOf({ writer, before: false, prompt: 0 })] !== undefined);
  const text = (writer: string | null, before: boolean, prompt: number) => texts[placeOf({ writer, before, prompt })];
  return (
    <div className="written" aria-live="polite" aria-busy={busy}>
      {prompts.map(({ row, prompt, response }, index) => (
        <article key={`${row} ${prompt}`} className="written-prompt">
          <h3 className="group-label">{row > 0 ? `Row ${row}` : "Your prompt"}</h3>
          <pre className="written-text muted">{prompt}</pre>
          <table className="table written-table">
            <thead>
              <tr>
                <th scope="col">Written by</th>
                <th scope="col">Before training</th>
                <th scope="col">After training</th>
              </tr>
            </thead>
            <tbody>
              {response !== "" && (
                <tr>
                  <th scope="row">The data</th>
                  <td colSpan={2}>
                    <pre className="written-text">{response}</pre>
                  </td>
                </tr>
              )}
              <tr>
                <th scope="row">Frozen model</th>
                <td colSpan={2}>
                  <Written text={text(null, false, index)} />
                </td>
              </tr>
              {wrote.map((run) => (
                <tr key={run}>
                  <th scope="row">
                    <span className="written-run">
                      {slots.has(run) && <RunSwatch slot={slots.get(run)!} />} {run}
                    </span>
                  </th>
                  <td>
                    <Written text={text(run, true, index)} />
                  </td>
                  <td>
                    <Written text={text(run, false, index)} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </article>
      ))}
    </div>
  );
}

function Written({ text }: { text: { text: string; ending: GeneratedText["ending"] } | undefined }) {
  if (!text) return <span className="muted">–</span>;
  return (
    <>
      <pre className="written-text">{text.text.trim() === "" && text.ending !== null ? "(nothing)" : text.text}</pre>
      {text.ending !== null && <span className="field-help">{ENDINGS[text.ending]}</span>}
    </>
  );
}
