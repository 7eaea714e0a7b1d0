/** Ending a measurement that takes long. */

import type { InstrumentId } from "../../worker/api";
import { studio } from "../worker";

export async function stopMeasuring(id: InstrumentId, run: string): Promise<void> {
  await studio().stopMeasuring(id, run);
}
