/** Which column is the text, the second text and the label. */

import type { ColumnRoles, DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { SelectField } from "../controls/SelectField";

export function ColumnRoleFields({ summary }: { summary: DataSummary }) {
  const roles = summary.settings.columns;
  const change = (fields: Partial<ColumnRoles>) => void setData({ columns: { ...roles, ...fields } }, "columns");
  const columns = summary.columns.map((column) => ({ value: column, label: column }));
  // A column may itself have an empty name, so "none" needs a value no column has.
  const none = "\u0000";
  return (
    <div className="field-grid field-grid-3">
      <SelectField label="Text" value={roles.text} choices={columns} onChange={(text) => change({ text })} />
      <SelectField
        label="Second text"
        value={roles.textPair ?? none}
        choices={[{ value: none, label: "none" }, ...columns]}
        onChange={(value) => change({ textPair: value === none ? null : value })}
      />
      <SelectField label="Label" value={roles.label} choices={columns} onChange={(label) => change({ label })} />
    </div>
  );
}
