/** The instruments of a run that belong to one place: of its report, or of one of its answers. */

import type { Asked, InstrumentListing } from "../../worker/api";
import { useAnswer } from "../asking";
import { Message } from "../layout/Message";
import type { InstrumentPanel, RunPanel } from "./panel";
import { panels } from "./panels";

interface InstrumentsProps {
  run: string;
  instruments: readonly InstrumentListing[];
  place: RunPanel["place"];
}

export function Instruments({ run, instruments, place }: InstrumentsProps) {
  return instruments.map((instrument) => {
    const panel: InstrumentPanel = panels[instrument.id];
    if (panel.place !== place || !isShown(panel, instrument)) return null;
    return <panel.Panel key={instrument.id} run={run} instrument={instrument} />;
  });
}

/** What can be asked of a run's answer to a text. */
export function AnswerInstruments({ run, asked }: { run: string; asked: Asked }) {
  const { answer, error } = useAnswer<InstrumentListing[]>((studio) => studio.listInstruments(run), [run]);
  if (error !== null) return <Message kind="error">{error}</Message>;
  return (answer ?? []).map((instrument) => {
    const panel: InstrumentPanel = panels[instrument.id];
    if (panel.place !== "answer" || !isShown(panel, instrument)) return null;
    return <panel.Panel key={`${run} ${instrument.id}`} run={run} instrument={instrument} asked={asked} />;
  });
}

const isShown = ({ refused }: InstrumentPanel, { refusal }: InstrumentListing) =>
  refusal === null || refused === "shown";
