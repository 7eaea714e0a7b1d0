/**
 * Rows of a panel as a table that scrolls by itself, and their texts cut to a few lines: however
 * long they are, what stands below stays in reach.
 */

import type { ReactNode } from "react";
import "./ShownRows.css";

interface ShownRowsProps {
  label: string;
  className: string;
  /** Head and body of the table. */
  children: ReactNode;
}

export function ShownRows({ label, className, children }: ShownRowsProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className={`table-scroll shown-rows ${className}`} aria-label={label} tabIndex={0}>
      <table className="table">{children}</table>
    </section>
  );
}

/** All of it where the pointer rests. */
export function ShownText({ text }: { text: string }) {
  return (
    <p className="shown-text" title={text}>
      {text}
    </p>
  );
}
