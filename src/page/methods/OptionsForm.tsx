/** A method's options as a form, made from its schema. */

import { Fragment } from "react";
import { changeOption } from "../actions/drafts";
import { Field } from "../controls/Field";
import { NumberField } from "../controls/NumberField";
import { SelectField } from "../controls/SelectField";
import { SliderField } from "../controls/SliderField";
import { formatSetting } from "../numbers";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { EqualBudget } from "./EqualBudget";
import { ExamplesField } from "./ExamplesField";
import { PairsField } from "./PairsField";
import type { Pairs } from "./pairs";
import { SemanticTextField } from "./SemanticTextField";
import { SetField } from "./SetField";

interface OptionsFormProps {
  run: DraftRun;
  fields: readonly OptionField[];
}

export function OptionsForm({ run, fields }: OptionsFormProps) {
  const linearNames = useStudio((state) => state.model.summary?.linearNames);
  return (
    <div className="field-grid field-grid-1">
      {fields.map((field) => (
        <Fragment key={field.key}>
          <OptionControl
            field={field}
            linearNames={linearNames ?? []}
            value={run.options[field.key]}
            options={run.options}
            onChange={(value, problem = null) => changeOption(run.id, field.key, value, problem)}
          />
          {field.equalBudget && <EqualBudget run={run} field={{ ...field, equalBudget: field.equalBudget }} />}
        </Fragment>
      ))}
    </div>
  );
}

interface OptionControlProps {
  field: OptionField;
  linearNames: readonly string[];
  value: unknown;
  /** Of the run. */
  options: DraftRun["options"];
  onChange: (value: unknown, problem?: string | null) => void;
}

function OptionControl({ field, linearNames, value, options, onChange }: OptionControlProps) {
  const { title, description } = field;
  switch (field.kind) {
    case "number":
      if (field.slider && field.range.min !== undefined && field.range.max !== undefined) {
        return (
          <SliderField
            label={title}
            help={description}
            value={typeof value === "number" ? value : field.range.min}
            min={field.range.min}
            max={field.range.max}
            step={field.range.integer ? 1 : (field.range.max - field.range.min) / 100}
            onChange={onChange}
          />
        );
      }
      return (
        <NumberField
          label={title}
          help={description}
          value={typeof value === "number" ? value : null}
          placeholder={field.nullable ? "none" : undefined}
          {...field.range}
          onChange={(number) => onChange(number)}
          onProblem={(problem) => onChange(value, problem)}
        />
      );
    case "boolean":
      return (
        <Field label={title} help={description}>
          {(control) => (
            <input
              {...control}
              type="checkbox"
              className="checkbox"
              checked={value === true}
              onChange={(event) => onChange(event.target.checked)}
            />
          )}
        </Field>
      );
    case "choice": {
      const choices = field.choices.map((choice) => ({ value: JSON.stringify(choice), label: String(choice) }));
      return (
        <SelectField
          label={title}
          help={description}
          value={JSON.stringify(value ?? null)}
          choices={field.nullable ? [{ value: "null", label: "none" }, ...choices] : choices}
          onChange={(choice) => onChange(JSON.parse(choice))}
        />
      );
    }
    case "set":
      return (
        <SetField
          label={title}
          help={description}
          least={field.least}
          choices={field.choices ?? [...linearNames, ...field.beside]}
          // PEFT's word for all of them, from a configuration file.
          value={value === "all-linear" ? linearNames : Array.isArray(value) ? value.map(String) : []}
          onChange={(names) => onChange(names)}
        />
      );
    case "pairs":
      return (
        <PairsField
          label={title}
          help={description}
          value={(value ?? {}) as Pairs}
          onChange={(pairs, problem) => onChange(pairs, problem)}
        />
      );
    case "semantic-text":
      return (
        <SemanticTextField
          label={title}
          help={description}
          shortest={field.shortest}
          value={typeof value === "string" ? value : ""}
          onChange={onChange}
        />
      );
    case "examples":
      return (
        <ExamplesField
          label={title}
          help={description}
          shortest={field.shortest}
          value={typeof value === "string" ? value : ""}
          decay={typeof options.decay === "number" ? options.decay : 1}
          onChange={onChange}
        />
      );
    case "text":
      return (
        <Field label={title} help={description} wide>
          {(control) => {
            const shared = {
              ...control,
              className: "input",
              value: typeof value === "string" ? value : "",
              maxLength: field.longest ?? undefined,
              onChange: (event: { target: { value: string } }) => {
                const text = event.target.value;
                onChange(field.nullable && text === "" ? null : text);
              },
            };
            return field.lines ? <textarea {...shared} rows={2} /> : <input {...shared} />;
          }}
        </Field>
      );
    case "other":
      return (
        <div className="field field-wide">
          <span className="field-label">{title}</span>
          <code>{formatSetting(value)}</code>
          <p className="field-help">{description} Set it in a configuration file.</p>
        </div>
      );
  }
}
