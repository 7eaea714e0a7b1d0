/** LoRA and the methods that grew out of it, each with its own defaults, beside the control. */

import { headControls, type Preset } from "./preset";

export const loraFamily: Preset = {
  id: "lora-family",
  title: "LoRA family",
  summary: "LoRA as it is, rank-stabilised and with a faster B (LoRA+), DoRA, AdaLoRA, DyLoRA and VeRA; and Head only.",
  runs: (facts) => [
    { name: "LoRA", method: "lora" },
    { name: "rsLoRA", method: "lora", options: { rankStabilised: true } },
    // Hayou et al. 2024 recommend a ratio of 16.
    { name: "LoRA+", method: "lora", options: { learningRateRatio: 16 } },
    { name: "DoRA", method: "dora" },
    { name: "AdaLoRA", method: "adalora" },
    { name: "DyLoRA", method: "dylora" },
    { name: "VeRA", method: "vera" },
    ...headControls(facts).filter(({ method }) => method === "linear-probe"),
  ],
};
