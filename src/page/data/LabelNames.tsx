/**
 * What labels are called that say nothing by themselves, such as 0 and 1: a field for each. The
 * file stays as it is; results, reports and exported adapters say these names.
 */

import { useState } from "react";
import type { DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { Field } from "../fields/Field";

/** More labels are not named by hand. */
const MOST = 12;
/** Characters of a name. */
const LONGEST = 60;
const SECTION = "label-names";

/** Goes to the first field. */
export function focusLabelNames(): void {
  document.querySelector<HTMLInputElement>(`#${SECTION} input`)?.focus();
}

export function LabelNames({ summary }: { summary: DataSummary }) {
  const { labels, answer, settings } = summary;
  const { labelNames = {} } = settings;
  const called = new Map(Object.entries(labelNames));
  const standing = new Map([...called].map(([label, name]) => [name, label]));
  const inFile = labels.map(({ name }) => standing.get(name) ?? name);
  const isPlain = inFile.some((label) => !/\p{L}{2}/u.test(label));
  /** Until it is taken over: another field may be typed in while this one is. */
  const [typed, setTyped] = useState<ReadonlyMap<string, string>>(new Map());
  if (answer !== "label" || labels.length > MOST || (!isPlain && standing.size === 0)) return null;
  const shown = (label: string) => typed.get(label) ?? called.get(label) ?? "";
  const nameOf = (label: string) => shown(label).trim() || label;
  const problemOf = (label: string) => {
    const twin = inFile.find((other) => other !== label && nameOf(other) === nameOf(label));
    return twin === undefined ? null : "Two labels have this name.";
  };
  const take = () => {
    if (inFile.some((label) => problemOf(label) !== null)) return;
    const named = Object.fromEntries(
      inFile.flatMap((label) => (nameOf(label) === label ? [] : [[label, nameOf(label)] as const])),
    );
    if (JSON.stringify(named) === JSON.stringify(labelNames)) return;
    void setData({ labelNames: named }, "settings").then(() =>
      setTyped((now) => new Map([...now].filter(([label, text]) => typed.get(label) !== text))),
    );
  };
  return (
    <fieldset className="plain-fieldset" id={SECTION}>
      <legend className="group-label">
        Names of the labels <span className="muted">for results, reports and texts</span>
      </legend>
      <div className="field-grid">
        {inFile.map((label) => (
          <Field key={label} label={`“${label}” means`} problem={problemOf(label)}>
            {(input) => (
              <input
                {...input}
                className="input"
                type="text"
                maxLength={LONGEST}
                placeholder={label}
                value={shown(label)}
                onChange={(event) => setTyped(new Map(typed).set(label, event.target.value))}
                onBlur={take}
                onKeyDown={(event) => event.key === "Enter" && take()}
              />
            )}
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
