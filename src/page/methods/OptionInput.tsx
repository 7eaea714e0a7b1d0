/** The field for one option of a method, by the kind of value that it has. */

import { useState } from "react";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { SliderField } from "../fields/SliderField";
import { Explained } from "../glossary/Term";
import { formatSetting } from "../numbers";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { ExamplesField } from "./ExamplesField";
import { PairsField } from "./PairsField";
import type { Pairs } from "./pairs";
import { SemanticTextField } from "./SemanticTextField";
import { SetField } from "./SetField";

type Kind = OptionField["kind"];

interface OptionInputProps<K extends Kind = Kind> {
  field: Extract<OptionField, { kind: K }>;
  /** Of the open model's linear layers. */
  linearNames: readonly string[];
  /** Of the run. */
  options: DraftRun["options"];
  onChange: (value: unknown, problem?: string | null) => void;
}

/** What every field shows, and the option's present value. */
function common<K extends Kind>({ field, options, onChange }: OptionInputProps<K>) {
  const { key, title, description } = field;
  return { value: options[key], onChange, shown: { label: title, help: description } };
}

const textOf = (value: unknown) => (typeof value === "string" ? value : "");

export function OptionInput(props: OptionInputProps) {
  const { field, linearNames, options } = props;
  const { value, onChange, shown } = common(props);
  switch (field.kind) {
    case "number":
      return <NumberOption {...props} field={field} />;
    case "boolean":
      return <BooleanOption {...props} field={field} />;
    case "choice":
      return <ChoiceOption {...props} field={field} />;
    case "set":
      return (
        <SetField
          {...shown}
          least={field.least}
          choices={field.choices ?? [...linearNames, ...field.beside]}
          // PEFT's word for all of them, from a configuration file.
          value={value === "all-linear" ? linearNames : Array.isArray(value) ? value.map(String) : []}
          onChange={(names) => onChange(names)}
        />
      );
    case "pairs":
      return (
        <PairsField {...shown} value={(value ?? {}) as Pairs} onChange={(pairs, problem) => onChange(pairs, problem)} />
      );
    case "semantic-text":
      return <SemanticTextField {...shown} shortest={field.shortest} value={textOf(value)} onChange={onChange} />;
    case "examples":
      return (
        <ExamplesField
          {...shown}
          shortest={field.shortest}
          value={textOf(value)}
          decay={typeof options.decay === "number" ? options.decay : 1}
          onChange={onChange}
        />
      );
    case "list":
      return <ListOption {...props} field={field} />;
    case "text":
      return <TextOption {...props} field={field} />;
    case "other":
      return (
        <div className="field field-wide">
          <span className="field-label">{field.title}</span>
          <code>{formatSetting(value)}</code>
          <p className="field-help">{field.description} Set it in a configuration file.</p>
        </div>
      );
  }
}

function NumberOption(props: OptionInputProps<"number">) {
  const { range, slider, nullable } = props.field;
  const { value, onChange, shown } = common(props);
  if (slider && range.min !== undefined && range.max !== undefined) {
    return (
      <SliderField
        {...shown}
        value={typeof value === "number" ? value : range.min}
        min={range.min}
        max={range.max}
        step={range.integer ? 1 : (range.max - range.min) / 100}
        onChange={onChange}
      />
    );
  }
  return (
    <NumberField
      {...shown}
      help={<Explained>{shown.help}</Explained>}
      value={typeof value === "number" ? value : null}
      placeholder={nullable ? "none" : undefined}
      {...range}
      onChange={(number) => onChange(number)}
      onProblem={(problem) => onChange(value, problem)}
    />
  );
}

function BooleanOption(props: OptionInputProps<"boolean">) {
  const { value, onChange, shown } = common(props);
  return (
    <Field {...shown}>
      {(input) => (
        <input
          {...input}
          type="checkbox"
          className="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      )}
    </Field>
  );
}

function ChoiceOption(props: OptionInputProps<"choice">) {
  const { choices, nullable } = props.field;
  const { value, onChange, shown } = common(props);
  const offered = choices.map((choice) => ({ value: JSON.stringify(choice), label: String(choice) }));
  return (
    <SelectField
      {...shown}
      value={JSON.stringify(value ?? null)}
      choices={nullable ? [{ value: "null", label: "none" }, ...offered] : offered}
      onChange={(choice) => onChange(JSON.parse(choice))}
    />
  );
}

/** Lines with nothing on them are no entries, and stay while they are typed. */
function ListOption(props: OptionInputProps<"list">) {
  const { value, onChange, shown } = common(props);
  const [typed, setTyped] = useState(Array.isArray(value) ? value.join("\n") : "");
  return (
    <Field {...shown} wide>
      {(input) => (
        <textarea
          {...input}
          className="input"
          rows={3}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(event.target.value.split("\n").filter((line) => line.trim() !== ""));
          }}
        />
      )}
    </Field>
  );
}

function TextOption(props: OptionInputProps<"text">) {
  const { longest, nullable, lines } = props.field;
  const { value, onChange, shown } = common(props);
  return (
    <Field {...shown} wide>
      {(input) => {
        const shared = {
          ...input,
          className: "input",
          value: textOf(value),
          maxLength: longest ?? undefined,
          onChange: (event: { target: { value: string } }) => {
            const text = event.target.value;
            onChange(nullable && text === "" ? null : text);
          },
        };
        return lines ? <textarea {...shared} rows={2} /> : <input {...shared} />;
      }}
    </Field>
  );
}
