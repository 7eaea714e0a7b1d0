/** A number between two limits that are close enough to slide. */

import type { ReactNode } from "react";
import { Field } from "./Field";
import "./SliderField.css";

interface SliderFieldProps {
  label: ReactNode;
  help?: ReactNode;
  value: number;
  min: number;
  max: number;
  /** Default: 1. */
  step?: number;
  onChange: (value: number) => void;
}

export function SliderField({ label, help, value, min, max, step = 1, onChange }: SliderFieldProps) {
  return (
    <Field label={label} help={help}>
      {(input) => (
        <span className="slider">
          <input
            {...input}
            type="range"
            min={min}
            max={max}
            step={step}
            value={value}
            onChange={(event) => onChange(Number(event.target.value))}
          />
          <output className="slider-value">
            {value} of {max}
          </output>
        </span>
      )}
    </Field>
  );
}
