/** The instruments of a run that belong to one place of its report. */

import type { InstrumentListing } from "../../worker/api";
import type { InstrumentPanel } from "./panel";
import { panels } from "./panels";

interface InstrumentsProps {
  run: string;
  instruments: readonly InstrumentListing[];
  place: InstrumentPanel["place"];
}

export function Instruments({ run, instruments, place }: InstrumentsProps) {
  const shown = instruments.filter(({ id, refusal }) => {
    const panel = panels[id];
    return panel.place === place && (refusal === null || panel.refused === "shown");
  });
  return shown.map((instrument) => {
    const { Panel } = panels[instrument.id];
    return <Panel key={instrument.id} run={run} instrument={instrument} />;
  });
}
