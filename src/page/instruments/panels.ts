/**
 * The panel of every instrument; the compiler names one that is missing. Their order is the
 * worker's.
 */

import type { InstrumentId } from "../../worker/api";
import { CheckUpPanel } from "./CheckUpPanel";
import { ForgettingPanel } from "./ForgettingPanel";
import { MergeProofPanel } from "./MergeProofPanel";
import type { InstrumentPanel } from "./panel";

export const panels: Readonly<Record<InstrumentId, InstrumentPanel>> = {
  "merge-proof": { place: "figures", refused: "hidden", Panel: MergeProofPanel },
  forgetting: { place: "figures", refused: "shown", Panel: ForgettingPanel },
  "check-up": { place: "end", refused: "shown", Panel: CheckUpPanel },
};
