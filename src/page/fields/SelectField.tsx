/** A labelled choice from a list. */

import type { ReactNode } from "react";
import { Field } from "./Field";

interface SelectFieldProps {
  label: ReactNode;
  help?: ReactNode;
  problem?: string | null;
  value: string;
  choices: readonly { value: string; label: string }[];
  onChange: (value: string) => void;
  disabled?: boolean;
}

export function SelectField({ label, help, problem, value, choices, onChange, disabled }: SelectFieldProps) {
  return (
    <Field label={label} help={help} problem={problem}>
      {(input) => (
        <select
          {...input}
          className="input"
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.target.value)}
        >
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
