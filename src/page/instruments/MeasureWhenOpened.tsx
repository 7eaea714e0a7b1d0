/**
 * An instrument whose title opens it: it measures the run then, and again whenever its input has
 * become another, and shows the wait, its error, or what it found.
 */

import { type ReactNode, useState } from "react";
import type { InstrumentId, InstrumentInput, InstrumentResult } from "../../worker/api";
import { stopMeasuring } from "../actions/measuring";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import type { PanelProps } from "./panel";
import "./MeasureWhenOpened.css";

interface MeasureWhenOpenedProps<Id extends InstrumentId> extends PanelProps {
  id: Id;
  input: InstrumentInput<Id>;
  /** Said while it measures. */
  waiting: string;
  /** Whether it may take so long that one wants to end it; default: no. */
  long?: boolean;
  children: (result: InstrumentResult<Id>) => ReactNode;
}

export function MeasureWhenOpened<Id extends InstrumentId>(props: MeasureWhenOpenedProps<Id>) {
  const { instrument } = props;
  const [open, setOpen] = useState(false);
  return (
    <details className="opened-instrument" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{instrument.title}</summary>
      {open &&
        (instrument.refusal === null ? <Measured {...props} /> : <Message kind="info">{instrument.refusal}</Message>)}
    </details>
  );
}

function Measured<Id extends InstrumentId>({
  id,
  run,
  input,
  waiting,
  long = false,
  children,
}: MeasureWhenOpenedProps<Id>) {
  const asked = JSON.stringify(input);
  const { answer, error } = useAnswer<InstrumentResult<Id>>(
    (studio) => studio.measure(id, run, input),
    [id, run, asked],
  );
  if (error !== null) return <Message kind="error">{error}</Message>;
  if (answer) return children(answer);
  return (
    <p className="waiting">
      {waiting}{" "}
      {long && (
        <button type="button" className="button button-small" onClick={() => void stopMeasuring(id, run)}>
          Stop
        </button>
      )}
    </p>
  );
}
