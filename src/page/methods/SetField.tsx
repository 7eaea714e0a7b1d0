/** Several of a few names, as toggles. */

import { useId } from "react";
import "./SetField.css";

interface SetFieldProps {
  label: string;
  help?: string;
  choices: readonly string[];
  value: readonly string[];
  /** Fewest that must stay chosen. */
  least: number;
  onChange: (value: string[]) => void;
}

export function SetField({ label, help, choices, value, least, onChange }: SetFieldProps) {
  const id = useId();
  // A name the model does not have is shown too, so that it can be taken away.
  const names = [...choices, ...value.filter((name) => !choices.includes(name))];
  return (
    <fieldset className="field field-wide" aria-describedby={help ? `${id}-help` : undefined}>
      <legend className="field-label">{label}</legend>
      <div className="toggles">
        {names.map((name) => {
          const on = value.includes(name);
          return (
            <button
              key={name}
              type="button"
              className="toggle"
              aria-pressed={on}
              disabled={on && value.length <= least}
              title={on && value.length <= least ? "One must stay chosen" : undefined}
              onClick={() => onChange(names.filter((other) => (other === name ? !on : value.includes(other))))}
            >
              {name}
            </button>
          );
        })}
      </div>
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {help}
        </p>
      )}
    </fieldset>
  );
}
