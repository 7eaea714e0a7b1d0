/**
 * Rows whose label is probably wrong, and what is to become of each: another label, left out, or
 * kept as it is. Nothing is changed without a person's word. The list of changes is
 * `ChangedRows.tsx`.
 */

import { SearchCheck } from "lucide-react";
import { useState } from "react";
import type { ChangedRow, DataSummary, LabelErrorSource, LabelErrors, ProbableError } from "../../worker/api";
import { AskButton } from "../AskButton";
import { changeRow, takeBackChange } from "../actions/data";
import { useQuestion } from "../asking";
import { SelectField } from "../fields/SelectField";
import { formatCount, formatPercent, formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import { changeInWords } from "./change-in-words";
import { ShownRows, ShownText } from "./ShownRows";
import "./LabelErrorsPanel.css";

/** A run may have any name, so the bag of words needs a value that no run has. */
const BAG = "\u0000";
/** Suspects shown at first, and with each press of a button. */
const SHOWN = 20;

export function LabelErrorsPanel({ summary }: { summary: DataSummary }) {
  const [by, setBy] = useState(BAG);
  const runs = useEndedRuns();
  const opening = useStudio((state) => state.data.opening !== null);
  const { answer, ask, ...asking } = useQuestion<LabelErrors>();
  const chosen = runs.includes(by) ? by : BAG;
  const source: LabelErrorSource = chosen === BAG ? { kind: "folds" } : { kind: "run", run: chosen };
  return (
    <section className="label-errors" aria-labelledby="label-errors-title">
      <h3 className="group-label" id="label-errors-title">
        Probable label errors
      </h3>
      <p className="field-help">
        Rows whose label looks wrong to a classifier that has not learned them. No row is changed before you say so.
      </p>
      {runs.length > 0 && (
        <SelectField
          label="By"
          help={chosen === BAG ? "On training and validation rows." : "On rows that it was not trained on."}
          value={chosen}
          choices={[{ value: BAG, label: "Bag of words" }, ...runs.map((run) => ({ value: run, label: run }))]}
          onChange={setBy}
        />
      )}
      <AskButton
        icon={SearchCheck}
        label="Look for label errors"
        busy="Looking…"
        disabled={opening}
        asking={asking}
        onAsk={() => ask((studio) => studio.labelErrors(source))}
      />
      {answer && !asking.waiting && <Found found={answer} summary={summary} />}
    </section>
  );
}

/** The configured runs of the comparison that has ended, each once. */
function useEndedRuns(): string[] {
  const current = useStudio((state) => state.comparison.current);
  if (!current || current.endedAt === null || current.detached) return [];
  const own = current.runs.filter(({ beside, state }) => !beside && state !== "failed");
  return [...new Set(own.map(({ variant }) => variant.run))];
}

const keyOf = ({ file, row }: Pick<ProbableError, "file" | "row">) => `${file} ${row}`;

function Found({ found, summary }: { found: LabelErrors; summary: DataSummary }) {
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  const [shown, setShown] = useState(SHOWN);
  const { errors } = found;
  const changes = new Map(
    summary.changed.map((changed) => [keyOf({ file: "train", ...changed.change }), changed] as const),
  );
  const changed = errors.filter((row) => changes.has(keyOf(row))).length;
  const keptNow = errors.filter((row) => kept.has(keyOf(row)) && !changes.has(keyOf(row))).length;
  const toggle = (row: ProbableError) => {
    const next = new Set(kept);
    if (!next.delete(keyOf(row))) next.add(keyOf(row));
    setKept(next);
  };
  return (
    <>
      <output className="label-errors-said">{inWords(found)}</output>
      {errors.length > 0 && (
        <>
          <p className="field-help" role="status">
            {formatCount(errors.length - changed - keptNow)} to look at, {formatCount(changed)} changed,{" "}
            {formatCount(keptNow)} kept.{" "}
            {found.answer === "label"
              ? "Beside each label its chance."
              : "Below the labels those that look wrong, with the chance that the row has them."}
          </p>
          <ShownRows label="Rows that look wrong" className="label-errors-rows">
            <thead>
              <tr>
                <th scope="col" className="number">
                  Row
                </th>
                <th scope="col">Has</th>
                <th scope="col">Likely</th>
              </tr>
            </thead>
            {errors.slice(0, shown).map((row) => (
              <Suspect
                key={keyOf(row)}
                row={row}
                found={found}
                changed={changes.get(keyOf(row)) ?? null}
                kept={kept.has(keyOf(row))}
                onKeep={() => toggle(row)}
              />
            ))}
          </ShownRows>
          {errors.length > shown && (
            <button type="button" className="button button-small" onClick={() => setShown(shown + SHOWN)}>
              Show more ({formatCount(errors.length - shown)})
            </button>
          )}
        </>
      )}
    </>
  );
}

/** How many there are, and how far to believe it. */
function inWords({ answer, by, rows, agreeing, errors, expectedRight, folds }: LabelErrors): string {
  const of = formatPlural(rows, "row");
  const share = formatPercent(agreeing, 0);
  const sure =
    answer === "label"
      ? `${by} gives ${share} of them the label that they have`
      : `asked of each label of each row whether the row has it, ${by} agrees with the file in ${share} of cases`;
  const unseen = folds === null ? "" : ` Every row was judged by a fit to the other rows, in ${folds} parts.`;
  if (errors.length === 0) return `No label of ${of} looks wrong: ${sure}. It can overlook some.${unseen}`;
  const right = Math.round(expectedRight);
  const doubted = errors.reduce((sum, row) => sum + (answer === "label" ? 1 : row.doubted.length), 0);
  const where = answer === "label" ? "" : `, in ${formatPlural(doubted, "label")}`;
  return (
    `${formatCount(errors.length)} of ${of} look wrong${where}; ${sure}. Going by its own chances about ` +
    `${formatCount(right)} of the ${formatCount(doubted)} labels ${right === 1 ? "is" : "are"} right all the same, and a ` +
    `classifier that errs often is too sure of itself: read each row.${unseen}`
  );
}

interface SuspectProps {
  row: ProbableError;
  found: LabelErrors;
  changed: ChangedRow | null;
  kept: boolean;
  onKeep: () => void;
}

function Suspect({ row, found, changed, kept, onKeep }: SuspectProps) {
  const labelNames = useStudio((state) => state.data.summary?.settings.labelNames);
  const { file, fileName, part, text, given, likely } = row;
  const place = { ...(file !== "train" && { file }), row: row.row };
  const which = `row ${formatCount(row.row)}${file === "train" ? "" : ` of ${fileName}`}`;
  const answer = found.answer === "label" ? { label: likely[0]! } : { labels: likely };
  const names = (labels: readonly string[]) => (labels.length === 0 ? "no label" : labels.join(", "));
  const done = changed ? changeInWords(changed.change, labelNames) : kept ? "kept as it is" : null;
  // The first button stays the same one, so that the keyboard's place is not lost.
  const first = done
    ? { said: "Undo", about: `Undo: ${which} ${done}`, act: () => (changed ? void takeBackChange(place) : onKeep()) }
    : {
        said: `Relabel: ${names(likely)}`,
        about: `Relabel ${which}: ${names(likely)}`,
        act: () => void changeRow({ ...place, ...answer }),
      };
  return (
    <tbody className={done ? "label-error-done" : undefined}>
      <tr>
        <td className="number">{formatCount(row.row)}</td>
        <td>
          {names(given)} <Chance row={row} labels={given} chance={row.confidence} />
        </td>
        <td>
          {names(likely)} <Chance row={row} labels={likely} chance={row.likelyConfidence} />
        </td>
      </tr>
      <tr>
        <td className="number muted">{file === "train" ? part : fileName}</td>
        <td colSpan={2}>
          <ShownText text={text} />
          <div className="label-error-choices">
            <button type="button" className="button button-small" aria-label={first.about} onClick={first.act}>
              {first.said}
            </button>
            {done ? (
              <span className="muted">{done}</span>
            ) : (
              <>
                <button
                  type="button"
                  className="button button-small"
                  aria-label={`Leave out ${which}`}
                  onClick={() => void changeRow({ ...place, leaveOut: true })}
                >
                  Leave out
                </button>
                <button type="button" className="button button-small" aria-label={`Keep ${which}`} onClick={onKeep}>
                  Keep
                </button>
              </>
            )}
          </div>
        </td>
      </tr>
    </tbody>
  );
}

/** Of one label its chance; of several the chance of each doubted one among them. */
function Chance({ row: { doubted }, labels, chance }: { row: ProbableError; labels: string[]; chance: number }) {
  if (doubted.length === 0) return <span className="muted">{formatPercent(chance, 0)}</span>;
  const among = doubted.filter(({ label }) => labels.includes(label));
  return among.map((doubt) => (
    <span key={doubt.label} className="muted under">
      {doubt.label}: {formatPercent(doubt.chance, 0)}
    </span>
  ));
}
