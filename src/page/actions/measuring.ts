/** Ending a measurement, or a look at rows, that takes long. */

import type { InstrumentId } from "../../worker/api";
import { studio } from "../worker";

export async function stopMeasuring(id: InstrumentId, run: string): Promise<void> {
  await studio().stopMeasuring(id, run);
}

/** The look at chosen rows then says that it was stopped. */
export async function stopChoosing(): Promise<void> {
  await studio().stop();
}
