/**
 * What is to be learned, and what of its columns is more than a choice in the preview's header:
 * templates, lists of labels and what stands between labels.
 */

import { useEffect, useState } from "react";
import type { ColumnRole, ColumnRoles, DataSummary, RoleField, TaskId } from "../../worker/api";
import { setData } from "../actions/data";
import { Field } from "../fields/Field";
import { SelectField } from "../fields/SelectField";
import "./ColumnRoleFields.css";

/** What stands between labels may be any text, so "guess" needs a value that nobody types. */
const NONE = "\u0000";

export function ColumnRoleFields({ summary }: { summary: DataSummary }) {
  const { tasks, roles, settings } = summary;
  const shown = roles.filter(
    ({ kind, without }) => kind !== "column" && kind !== "optional" && (!without || !settings.columns[without]),
  );
  return (
    <>
      <SelectField
        label="Task"
        value={settings.task}
        choices={tasks.map(({ id, title }) => ({ value: id, label: title }))}
        onChange={(task) => void setData({ task: task as TaskId, columns: {} }, "columns")}
      />
      {shown.length > 0 && (
        <div className="field-grid field-grid-1">
          {shown.map((field) =>
            field.kind === "template" ? (
              <TemplateField key={field.role} field={field} summary={summary} />
            ) : field.kind === "columns" ? (
              <SeveralColumns key={field.role} field={field} summary={summary} />
            ) : (
              <SeparatorField key={field.role} field={field} summary={summary} />
            ),
          )}
        </div>
      )}
    </>
  );
}

interface RoleProps {
  field: RoleField;
  summary: DataSummary;
}

function change({ settings }: DataSummary, fields: ColumnRoles): void {
  void setData({ columns: { ...settings.columns, ...fields } }, "columns");
}

/** A text of which the columns' values are part; it is taken over when the field is left. */
function TemplateField({ field: { role, title }, summary }: RoleProps) {
  const chosen = (summary.settings.columns[role] ?? "") as string;
  const [text, setText] = useState(chosen);
  useEffect(() => setText(chosen), [chosen]);
  const take = (value: string) => {
    setText(value);
    if (value !== chosen) change(summary, { [role]: value });
  };
  return (
    <Field label={title} help={templateHelp[role] ?? ""} wide>
      {(input) => (
        <>
          <textarea
            {...input}
            className="input"
            rows={Math.min(8, Math.max(2, text.split("\n").length))}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => take(text)}
          />
          <span className="template-columns">
            {summary.columns.map((column) => (
              <button
                key={column}
                type="button"
                className="button button-small"
                onClick={() => take(`${text}{${column}}`)}
              >
                + {column}
              </button>
            ))}
          </span>
        </>
      )}
    </Field>
  );
}

const templateHelp: Partial<Record<ColumnRole, string>> = {
  prompt:
    "What the model reads, with columns in braces. A paragraph whose columns are empty in a row is left out. Leave it empty to " +
    "learn whole texts.",
  response: "What it learns to write; the end-of-sequence token is put after it.",
};

const SEPARATORS = [
  { value: ";", label: "semicolon ;" },
  { value: "|", label: "vertical bar |" },
  { value: ",", label: "comma ," },
  { value: "#", label: "number sign #" },
  { value: "\n", label: "line break" },
];

/** What stands between the labels of a cell; a file may ask for another one than these. */
function SeparatorField({ field: { role, title }, summary }: RoleProps) {
  const chosen = (summary.settings.columns[role] ?? NONE) as string;
  const choices = [{ value: NONE, label: "guess" }, ...SEPARATORS];
  const known = choices.some(({ value }) => value === chosen);
  return (
    <SelectField
      label={title}
      value={chosen}
      choices={known ? choices : [...choices, { value: chosen, label: chosen }]}
      onChange={(value) => change(summary, { [role]: value === NONE ? null : value })}
    />
  );
}

/** One column that lists labels, or a column for every label. */
function SeveralColumns({ field: { role, title }, summary }: RoleProps) {
  const chosen = (summary.settings.columns[role] ?? []) as string[];
  return (
    <Field wide label={title} help="One column that lists a row's labels, or one column of 0 and 1 for each label.">
      {(input) => (
        <select
          {...input}
          className="input"
          multiple
          size={Math.min(6, Math.max(3, summary.columns.length))}
          value={chosen}
          onChange={(event) =>
            change(summary, { [role]: Array.from(event.target.selectedOptions, (option) => option.value) })
          }
        >
          {summary.columns.map((column) => (
            <option key={column} value={column}>
              {column}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
