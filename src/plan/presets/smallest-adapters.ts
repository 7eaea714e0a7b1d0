/**
 * The methods that train the fewest numbers beside the head, and LoRA at its smallest. BitFit is
 * left out: most models of today have no biases for it to train.
 */

import { headControls, type Preset } from "./preset";

export const smallestAdapters: Preset = {
  id: "smallest-adapters",
  title: "Smallest adapters",
  summary:
    "How far a few numbers go: BEFT, RoAd, LN-tuning, VeRA, (IA)³, prompt tuning, LoRA of rank 1; and Head only.",
  runs: (facts) => [
    { name: "BEFT", method: "beft" },
    { name: "RoAd", method: "road" },
    { name: "LN-tuning", method: "ln-tuning" },
    { name: "VeRA", method: "vera" },
    { name: "(IA)³", method: "ia3" },
    { name: "Prompt tuning", method: "prompt" },
    { name: "LoRA of rank 1", method: "lora", options: { rank: 1, alpha: 2 } },
    ...headControls(facts).filter(({ method }) => method === "linear-probe"),
  ],
};
