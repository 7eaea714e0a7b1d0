/**
 * The panel of every instrument; the compiler names one that is missing. Their order is the
 * worker's.
 */

import type { InstrumentId } from "../../worker/api";
import { AlikeRowsPanel } from "./AlikeRowsPanel";
import { CheckUpPanel } from "./CheckUpPanel";
import { ForgettingPanel } from "./ForgettingPanel";
import { MergeProofPanel } from "./MergeProofPanel";
import { PrunedBatchPanel } from "./PrunedBatchPanel";
import type { InstrumentPanel } from "./panel";
import { RowScoresPanel } from "./RowScoresPanel";
import { SaliencyPanel } from "./SaliencyPanel";
import { VirtualAttentionPanel } from "./VirtualAttentionPanel";
import { VirtualWordsPanel } from "./VirtualWordsPanel";

export const panels: Readonly<Record<InstrumentId, InstrumentPanel>> = {
  "merge-proof": { place: "figures", refused: "hidden", Panel: MergeProofPanel },
  forgetting: { place: "figures", refused: "shown", Panel: ForgettingPanel },
  "virtual-words": { place: "end", refused: "hidden", Panel: VirtualWordsPanel },
  "check-up": { place: "end", refused: "shown", Panel: CheckUpPanel },
  "row-scores": { place: "end", refused: "hidden", Panel: RowScoresPanel },
  "pruned-batch": { place: "end", refused: "hidden", Panel: PrunedBatchPanel },
  saliency: { place: "answer", refused: "shown", Panel: SaliencyPanel },
  "virtual-attention": { place: "answer", refused: "hidden", Panel: VirtualAttentionPanel },
  "alike-rows": { place: "answer", refused: "shown", Panel: AlikeRowsPanel },
};
