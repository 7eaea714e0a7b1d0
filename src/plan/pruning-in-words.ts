/** What a run's pruning says, in words. */

import type { Pruning } from "../pruning/registry";
import { formatPercent } from "./numbers";

/** `25 % of the rows and 50 % of the tokens of every batch, by quadrants (Q-Tuning)`. */
export function pruningInWords(pruning: Pruning): string {
  const { rows, tokens } = pruning;
  const share = (part: number, of: string) => (part < 1 ? [`${formatPercent(part, 0)} of the ${of}`] : []);
  const parts = [...share(rows, "rows"), ...share(tokens, "tokens")].join(" and ");
  return `${parts || "all"} of every batch, ${byWhat(pruning)}`;
}

function byWhat(pruning: Pruning): string {
  switch (pruning.by) {
    case "random":
      return "drawn at random";
    case "loss":
      return `with the ${pruning.prefer === "high" ? "highest" : "lowest"} loss`;
    case "loss-change":
      return `whose loss has ${pruning.prefer === "fallen" ? "fallen" : "risen"} most since before training`;
    case "ss-token":
      return `by change of loss and attention to the prompt (ssToken; γ ${pruning.change})`;
    case "q-tuning":
      return `by quadrants (Q-Tuning; neighbours ${pruning.neighbours}, ${pruning.prefer} scores)`;
  }
}
