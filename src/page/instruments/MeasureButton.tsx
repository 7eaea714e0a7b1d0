/**
 * A button that has an instrument measure a run: the wait for it, its error, and what it found in
 * words. Not for what is measured as soon as it is opened (`MeasureWhenOpened.tsx`).
 */

import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { InstrumentId, InstrumentInput, InstrumentResult } from "../../worker/api";
import { useQuestion } from "../asking";
import { Message } from "../layout/Message";
import { isBusy, useStudio } from "../store/store";
import type { PanelProps } from "./panel";
import "./MeasureButton.css";

interface MeasureButtonProps<Id extends InstrumentId> extends PanelProps {
  id: Id;
  input: InstrumentInput<Id>;
  icon: LucideIcon;
  /** The button's label while it measures. */
  waiting: string;
  say: (result: InstrumentResult<Id>) => string;
  /** Fields of the input. */
  children?: ReactNode;
}

export function MeasureButton<Id extends InstrumentId>({
  id,
  run,
  instrument,
  input,
  icon: Icon,
  waiting,
  say,
  children,
}: MeasureButtonProps<Id>) {
  const busy = useStudio(isBusy);
  const { answer, waiting: measuring, error, ask } = useQuestion<InstrumentResult<Id>>();
  return (
    <div className="instrument">
      <button
        type="button"
        className="button button-small"
        disabled={busy || measuring}
        onClick={() => ask((studio) => studio.measure(id, run, input))}
      >
        <Icon size={14} aria-hidden="true" /> {measuring ? waiting : instrument.title}
      </button>
      <output className="field-help">{answer && error === null ? say(answer) : instrument.summary}</output>
      {children}
      {error !== null && <Message kind="error">{error}</Message>}
    </div>
  );
}
