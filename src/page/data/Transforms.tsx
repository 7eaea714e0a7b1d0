/**
 * What is done to the training rows before they are trained on: the list, what each of it did, and
 * a form for one more, with rows before and after it.
 */

import { useState } from "react";
import type { DataSummary, OfferedTransform, RowTransform, TransformOutcome } from "../../worker/api";
import { setData } from "../actions/data";
import { useAnswer } from "../asking";
import { SelectField } from "../fields/SelectField";
import { Message } from "../layout/Message";
import { OptionInput } from "../methods/OptionInput";
import { formatCount, formatPlural } from "../numbers";
import { isInUse, optionFields } from "../store/option-fields";
import { ShownRows, ShownText } from "./ShownRows";
import "./Transforms.css";

/** Milliseconds after the last letter until the rows are asked for. */
const TYPING = 300;
/** Labels whose rows are counted before and after; the others are counted themselves. */
const MOST_LABELS = 8;

type Options = Record<string, unknown>;

const takeList = (transforms: readonly RowTransform[]) => void setData({ transforms }, "settings");

export default function Transforms({ summary }: { summary: DataSummary }) {
  const { transforms: list = [] } = summary.settings;
  const { offered, outcomes } = summary.transforms;
  return (
    <details className="transforms">
      <summary>
        Change the training rows{" "}
        <span className="muted">
          {list.length > 0 ? formatPlural(list.length, "transform") : "as the file has them"}
        </span>
      </summary>
      <p className="field-help">
        Done in order to the training rows of each division, never to validation or test rows. The file stays as it is.
      </p>
      {list.length > 0 && (
        <ol className="transforms-list">
          {list.map((transform, place) => (
            <li key={JSON.stringify([transform, place])}>
              <span>{outcomes[place] ? <Counts outcome={outcomes[place]} /> : titleOf(transform, offered)}</span>
              {place > 0 && (
                <button
                  type="button"
                  className="button button-small"
                  aria-label={`Move up: ${titleOf(transform, offered)}`}
                  onClick={() => takeList(list.with(place, list[place - 1]!).with(place - 1, transform))}
                >
                  Move up
                </button>
              )}
              <button
                type="button"
                className="button button-small"
                aria-label={`Remove: ${titleOf(transform, offered)}`}
                onClick={() => takeList(list.filter((_, other) => other !== place))}
              >
                Remove
              </button>
            </li>
          ))}
        </ol>
      )}
      {summary.problem === null && (
        <NewTransform summary={summary} onAdd={(transform) => takeList([...list, transform])} />
      )}
    </details>
  );
}

const titleOf = (transform: RowTransform, offered: readonly OfferedTransform[]) =>
  offered.find((one) => one.do === transform.do)?.title ?? transform.do;

function Counts({ outcome }: { outcome: TransformOutcome }) {
  const { said, before, after, taken, made, rewritten, rows, givenAway } = outcome;
  const counts = [
    ...(taken > 0 ? [`${formatCount(taken)} left out`] : []),
    ...(made > 0 ? [`${formatCount(made)} made`] : []),
    ...(rewritten > 0 ? [`${formatCount(rewritten)} rewritten`] : []),
  ];
  return (
    <>
      {said}
      {" · "}
      <span className="muted">
        {formatCount(before)} → {formatPlural(after, "row")}: {counts.join(", ") || "none is another"}
        {rows && ` (${rows})`}
        {givenAway > 0 && `; ${formatCount(givenAway)} left out that read as a held-out row`}
      </span>
    </>
  );
}

interface NewTransformProps {
  summary: DataSummary;
  onAdd: (transform: RowTransform) => void;
}

function NewTransform({ summary, onAdd }: NewTransformProps) {
  const { offered } = summary.transforms;
  const [chosen, setChosen] = useState<string>(offered[0]!.do);
  const transform = offered.find((one) => one.do === chosen) ?? offered[0]!;
  return (
    <>
      <SelectField
        label="Add a transform"
        help={transform.summary}
        value={transform.do}
        choices={offered.map((one) => ({ value: one.do, label: one.title }))}
        onChange={setChosen}
      />
      <TransformForm key={transform.do} transform={transform} summary={summary} onAdd={onAdd} />
    </>
  );
}

function TransformForm({ transform, summary, onAdd }: NewTransformProps & { transform: OfferedTransform }) {
  const [typed, setTyped] = useState<Options>({});
  const [problems, setProblems] = useState<Record<string, string | null>>({});
  const fields = optionFields(transform.optionsSchema);
  // A label may be gone since it was chosen.
  const offered = (key: string, value: unknown) => {
    const field = fields.find((one) => one.key === key);
    return field?.kind !== "choice" || field.choices.includes(value as string);
  };
  const own = Object.fromEntries(Object.entries(typed).filter(([key, value]) => offered(key, value)));
  const options: Options = { ...transform.start, ...own };
  const isReady =
    Object.values(options).every((value) => value !== "" && !(Array.isArray(value) && value.length === 0)) &&
    Object.values(options).some((value) => value !== null) &&
    Object.values(problems).every((problem) => problem === null);
  const given = { do: transform.do, ...options } as RowTransform;
  const { answer, error } = useAnswer<TransformOutcome>(
    isReady ? (studio) => studio.tryTransform(given) : null,
    [summary, JSON.stringify(given), isReady],
    TYPING,
  );
  const shown = isReady && answer && sameTransform(answer.transform, given) ? answer : null;
  return (
    <>
      <div className="field-grid">
        {fields
          .filter((field) => isInUse(field, options))
          .map((field) => (
            <OptionInput
              key={field.key}
              field={field}
              linearNames={[]}
              options={options}
              onChange={(value, problem = null) => {
                setTyped((before) => ({ ...before, [field.key]: value }));
                setProblems((before) => ({ ...before, [field.key]: problem }));
              }}
            />
          ))}
      </div>
      {isReady && error !== null && <Message kind="error">{error}</Message>}
      {shown && <Shown outcome={shown} />}
      <button
        type="button"
        className="button button-small"
        disabled={shown === null || error !== null}
        onClick={() => onAdd(given)}
      >
        Add the transform
      </button>
    </>
  );
}

/** Whether an answer is of what stands in the form now. */
const sameTransform = (one: RowTransform, other: RowTransform) =>
  Object.entries(other).every(([key, value]) => JSON.stringify(one[key as "do"]) === JSON.stringify(value));

function Shown({ outcome }: { outcome: TransformOutcome }) {
  const labels = outcome.labels
    .filter(({ before, after }) => before !== after)
    .map(({ name, before, after }) => `${name}: ${formatCount(before)} → ${formatCount(after)}`);
  const more = labels.length - MOST_LABELS;
  return (
    <>
      <p className="field-help">
        <Counts outcome={outcome} />
        {labels.length > 0 && ` · ${labels.slice(0, MOST_LABELS).join(", ")}`}
        {more > 0 && ` and ${formatPlural(more, "label")} more`}
      </p>
      {outcome.shown.length > 0 && (
        <ShownRows label="Rows before and after" className="transforms-rows">
          <thead>
            <tr>
              <th scope="col" className="number">
                Row
              </th>
              <th scope="col">Before</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {outcome.shown.map(({ row, before, after, stays }) => (
              <tr key={row}>
                <th scope="row" className="number">
                  {formatCount(row)}
                </th>
                <td>{before !== null && <ShownText text={before} />}</td>
                <td>
                  {stays && <p className="muted">stays</p>}
                  {!stays && after.length === 0 && <p className="muted">left out</p>}
                  {after.map((text, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: repeated rows read alike
                    <ShownText key={place} text={text} />
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </ShownRows>
      )}
    </>
  );
}
