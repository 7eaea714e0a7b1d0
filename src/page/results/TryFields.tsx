/** Where the texts are typed that every run reads: one, or two where the task compares two. */

import { Field } from "../fields/Field";

interface TypedText {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

interface TryFieldsProps {
  disabled: boolean;
  text: TypedText;
  /** Null where the task has one text. */
  second: TypedText | null;
}

export function TryFields({ disabled, text, second }: TryFieldsProps) {
  return (
    <div className="try-fields">
      <TextField
        {...text}
        disabled={disabled}
        placeholder={disabled ? "" : "Type a text to see what every run makes of it"}
      />
      {second && <TextField {...second} disabled={disabled} />}
    </div>
  );
}

function TextField({ label, value, onChange, ...others }: TypedText & { disabled: boolean; placeholder?: string }) {
  return (
    <Field label={label} wide>
      {(input) => (
        <textarea
          {...input}
          {...others}
          className="input"
          rows={2}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
