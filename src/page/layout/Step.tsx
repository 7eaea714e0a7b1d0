/** One of the three numbered steps: open with its content, or one line that says what is chosen. */

import { Check, ChevronDown } from "lucide-react";
import { type ReactNode, useId } from "react";
import "./Step.css";

interface StepProps {
  number: number;
  title: string;
  /** What is chosen, in one line. */
  summary: ReactNode;
  done: boolean;
  open: boolean;
  onToggle: () => void;
  children: ReactNode;
}

export function Step({ number, title, summary, done, open, onToggle, children }: StepProps) {
  const id = useId();
  return (
    <section className="step" id={`step-${title.toLowerCase()}`} aria-labelledby={`${id}-title`}>
      <h2 className="step-heading" id={`${id}-title`}>
        <button
          type="button"
          className="step-toggle"
          aria-expanded={open}
          aria-controls={`${id}-body`}
          onClick={onToggle}
        >
          <span className={done ? "step-number step-number-done" : "step-number"} aria-hidden="true">
            {done && !open ? <Check size={14} /> : number}
          </span>
          <span className="step-title">
            <span className="visually-hidden">Step {number}: </span>
            {title}
          </span>
          <ChevronDown className={open ? "chevron chevron-open" : "chevron"} size={16} aria-hidden="true" />
        </button>
      </h2>
      {!open && <div className="step-summary">{summary}</div>}
      <div className="step-body" id={`${id}-body`} hidden={!open}>
        {open && children}
      </div>
    </section>
  );
}
