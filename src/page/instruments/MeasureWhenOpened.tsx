/**
 * An instrument whose title opens it: it measures the run then, and shows the wait, its error, or
 * what it found. For what needs no input.
 */

import { type ReactNode, useState } from "react";
import type { InstrumentId, InstrumentInput, InstrumentResult } from "../../worker/api";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import type { PanelProps } from "./panel";
import "./MeasureWhenOpened.css";

interface MeasureWhenOpenedProps<Id extends InstrumentId> extends PanelProps {
  id: Id;
  input: InstrumentInput<Id>;
  /** Said while it measures. */
  waiting: string;
  children: (result: InstrumentResult<Id>) => ReactNode;
}

export function MeasureWhenOpened<Id extends InstrumentId>(props: MeasureWhenOpenedProps<Id>) {
  const [open, setOpen] = useState(false);
  return (
    <details className="opened-instrument" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.instrument.title}</summary>
      {open && <Measured {...props} />}
    </details>
  );
}

function Measured<Id extends InstrumentId>({ id, run, input, waiting, children }: MeasureWhenOpenedProps<Id>) {
  const { answer, error } = useAnswer<InstrumentResult<Id>>((studio) => studio.measure(id, run, input), [id, run]);
  if (error !== null) return <Message kind="error">{error}</Message>;
  if (!answer) return <p className="waiting">{waiting}</p>;
  return children(answer);
}
