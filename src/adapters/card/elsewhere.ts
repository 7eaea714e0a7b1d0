/**
 * Which other programs take a folder in PEFT's layout, and what of it they refuse. Common knowledge
 * of their formats, not tried here: the card's example says whether it worked.
 */

import { notPlainLora } from "../forms/lora";
import { isTargeted } from "../target-modules";
import type { ModelCardContent } from "./content";

/** The ranks that vLLM makes room for. */
const VLLM_RANKS = [8, 16, 32, 64, 128, 256, 320, 512];

/** A section of Markdown, an empty line after it; of folders in PEFT's layout. */
export function elsewhere(content: ModelCardContent): string[] {
  const { config, task } = content;
  const refusal = refusalOf(content);
  const lines =
    refusal !== null
      ? [`vLLM and llama.cpp do not take this folder: ${refusal}`]
      : [
          "vLLM takes it beside the base model, not in its place; llama.cpp a GGUF file that its converter makes:",
          "",
          "```sh",
          `vllm serve ${shellWord(config.base_model_name_or_path)} --enable-lora --max-lora-rank ${roomFor(config)} --lora-modules adapter=.`,
          `convert_lora_to_gguf.py --base ${shellWord(config.base_model_name_or_path)} .`,
          "```",
          "",
          "Both must know the base model's architecture. Hold what they write to the example.",
        ];
  const mlx = "MLX LM has a layout of its own, which this is not.";
  return ["## Other programs", "", ...lines, ...(task.asks === "text" ? ["", mlx] : []), ""];
}

/** Why neither takes it; null where they should. */
function refusalOf({ config, task, conversions = [], outer = [] }: ModelCardContent): string | null {
  const { target_modules: targets } = config;
  if (task.asks !== "text") return "they write texts, and what it answers with is a trained head (`modules_to_save`).";
  const plain = conversions.includes("lora") ? "download it as plain LoRA" : null;
  const other = `Where its method merges, ${plain ? `${plain}, or ` : ""}download the merged model.`;
  const why = notPlainLora(config);
  if (why !== null) return `they take plain LoRA alone, and this ${why}. ${other}`;
  const outside = outer.filter((path) => isTargeted(path, { targets: targets as string[] | string }));
  if (outside.length > 0) {
    const named = outside.map((path) => `\`${path}\``).join(" and ");
    return `they refuse targets outside of the blocks, here ${named}. ${other}`;
  }
  return null;
}

function roomFor({ r, rank_pattern: pattern }: ModelCardContent["config"]): number {
  const ranks = [r, ...Object.values((pattern ?? {}) as object)].filter((rank) => typeof rank === "number");
  const most = Math.max(...ranks);
  return VLLM_RANKS.find((room) => room >= most) ?? most;
}

/** A name as one word of a shell, whatever it holds. */
function shellWord(name: string | null): string {
  const text = name ?? "BASE";
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
