/** Numbers by pattern, one "pattern = number" a line. */

import { useState } from "react";
import { Field } from "../fields/Field";
import { formatPairs, readPairs } from "./pairs";

interface PairsFieldProps {
  label: string;
  help?: string;
  value: Readonly<Record<string, number>>;
  /** `problem` says which line cannot be read; the value is then the last good one. */
  onChange: (value: Readonly<Record<string, number>>, problem: string | null) => void;
}

export function PairsField({ label, help, value, onChange }: PairsFieldProps) {
  const [text, setText] = useState(() => formatPairs(value));
  const { pairs, problem } = readPairs(text);
  return (
    <Field label={label} help={help} problem={problem} wide>
      {(input) => (
        <textarea
          {...input}
          className="input"
          rows={2}
          placeholder="0.self_attn.q_proj = 4"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            const read = readPairs(event.target.value);
            onChange(read.problem === null ? read.pairs : pairs, read.problem);
          }}
        />
      )}
    </Field>
  );
}
