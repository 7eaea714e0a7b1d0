/** A number that may be half typed: what is unusable is reported and never stored. */

import { type ReactNode, useEffect, useState } from "react";
import { Field } from "./Field";
import { type NumberRange, readNumber } from "./read-number";

interface NumberFieldProps extends NumberRange {
  label: ReactNode;
  help?: ReactNode;
  value: number | null;
  /** Shown when empty, for example the default that then applies. */
  placeholder?: string;
  onChange: (value: number | null) => void;
  /** Told when the text becomes unusable (with why) or usable again (null). */
  onProblem?: (problem: string | null) => void;
  disabled?: boolean;
  /**
   * Tells the value only when the field is left or Enter is pressed: for changes that cost work.
   */
  onLeave?: boolean;
}

export function NumberField(props: NumberFieldProps) {
  const { label, help, value, placeholder, onChange, onProblem, disabled, onLeave, ...range } = props;
  const [text, setText] = useState(value === null ? "" : String(value));
  const [problem, setProblem] = useState<string | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the range is constant for a field
  useEffect(() => {
    // The value was changed from elsewhere; a half-typed text of the same value stays.
    setText((typed) => (readNumber(typed, range).value === value ? typed : value === null ? "" : String(value)));
    setProblem(null);
  }, [value]);

  const tell = (typed: string) => {
    const read = readNumber(typed, range);
    if (read.problem === null && read.value !== value) onChange(read.value);
  };

  return (
    <Field label={label} help={help} problem={problem}>
      {(input) => (
        <input
          {...input}
          className="input number-input"
          inputMode={range.integer ? "numeric" : "decimal"}
          autoComplete="off"
          spellCheck={false}
          value={text}
          placeholder={placeholder}
          disabled={disabled}
          onBlur={() => onLeave && tell(text)}
          onKeyDown={(event) => {
            if (onLeave && event.key === "Enter") tell(text);
          }}
          onChange={(event) => {
            setText(event.target.value);
            const read = readNumber(event.target.value, range);
            setProblem(read.problem);
            onProblem?.(read.problem);
            if (!onLeave) tell(event.target.value);
          }}
        />
      )}
    </Field>
  );
}
