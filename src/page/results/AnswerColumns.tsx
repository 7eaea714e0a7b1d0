/** Which column of a file that is predicted has the right answers, if one has. */

import type { ColumnRoles, FileToPredict } from "../../worker/api";
import { SelectField } from "../fields/SelectField";

interface AnswerColumnsProps {
  found: FileToPredict;
  /** Null where the file has none. */
  value: ColumnRoles | null;
  onChange: (value: ColumnRoles | null) => void;
}

const NONE = "";
/** Several columns of 0 and 1, as in training; no column is called so. */
const AS_TRAINED = "\n";

export function AnswerColumns({ found, value, onChange }: AnswerColumnsProps) {
  return found.answerRoles.map(({ role, kind }) => {
    const several = kind === "columns" && (found.answers?.labels?.length ?? 0) > 1;
    const chosen = value?.[role] ?? NONE;
    const choices = [
      { value: NONE, label: "none: do not score" },
      ...(several ? [{ value: AS_TRAINED, label: `the ${found.answers!.labels!.length} that were trained on` }] : []),
      ...found.columns.map((name) => ({ value: name, label: name })),
    ];
    const read = (name: string): ColumnRoles | null => {
      if (name === NONE) return null;
      if (name === AS_TRAINED) return found.answers;
      return { [role]: kind === "columns" ? [name] : name };
    };
    return (
      <SelectField
        key={role}
        label="Right answers"
        value={typeof chosen === "string" ? chosen : chosen.length > 1 ? AS_TRAINED : (chosen[0] ?? NONE)}
        choices={choices}
        onChange={(name) => onChange(read(name))}
      />
    );
  });
}
