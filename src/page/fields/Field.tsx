/** A labelled input with its help and its problem, tied together for screen readers. */

import { type ReactNode, useId } from "react";
import { Explained } from "../glossary/Term";
import "./Field.css";

interface FieldProps {
  label: ReactNode;
  help?: ReactNode;
  problem?: string | null;
  wide?: boolean;
  /** Gets what the input must carry. */
  children: (input: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

export function Field({ label, help, problem, wide, children }: FieldProps) {
  const id = useId();
  const described = [help ? `${id}-help` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return (
    <div className={wide ? "field field-wide" : "field"}>
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": problem ? true : undefined,
      })}
      {help && (
        <p className="field-help" id={`${id}-help`}>
          {typeof help === "string" ? <Explained>{help}</Explained> : help}
        </p>
      )}
      {problem && (
        <p className="field-problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
