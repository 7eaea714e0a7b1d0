/**
 * Whether a folder fits the open model and the run that starts from it. Not for what a folder must
 * hold: its form's.
 */

import { shortened } from "../errors/shortened";
import type { NamedTensor } from "../hub/write-safetensors";
import { type AdapterFolder, isHead } from "./folder";
import { isSameShape } from "./module-checks";

/**
 * Checks that an adapter was made for this base model, as far as names tell. PEFT writes the path
 * that a model was loaded from, so one model has many names: where the adapter's tensors stand in
 * the model's blocks, their names and shapes decide whether it fits (`checkFits`).
 * @returns null where the folder names this model, else what to say of the other name.
 * @throws Error naming both base models where nothing but the name tells whether it fits.
 */
export function checkBase({ config, tensors }: AdapterFolder, baseModel: string): string | null {
  const base = config.base_model_name_or_path;
  if (base === baseModel) return null;
  const named = saidBase(base);
  const alike = base === null || lastPart(base) === lastPart(baseModel);
  if (!alike && !tensors.some(({ name }) => IN_A_BLOCK.test(name) && !isHead(name))) {
    throw new Error(
      `The adapter was trained on ${named}, but "${baseModel}" is open, and nothing in the folder tells whether it fits. ` +
        "Open the adapter's base model first.",
    );
  }
  const quantised = base !== null && QUANTISED.test(base) ? ", quantised" : "";
  return (
    `The adapter was trained on ${named}${quantised}; "${baseModel}" is open, and its tensors fit there by name and shape. ` +
    "Where the two have other weights it does not say what it learned."
  );
}

/**
 * Why an adapter cannot be read for the open model, with both names where they differ: then the
 * base model is the likely reason.
 */
export function misfit({ config }: AdapterFolder, baseModel: string, error: unknown): unknown {
  const base = config.base_model_name_or_path;
  if (base === baseModel) return error;
  return new Error(
    `The adapter was trained on ${saidBase(base)}, but "${baseModel}" is open, and it does not fit there. Open the adapter's base ` +
      `model first. (${(error as Error).message})`,
    { cause: error },
  );
}

const saidBase = (base: string | null) =>
  base === null ? "a base model that it does not name" : `the base model "${shortened(base)}"`;

const IN_A_BLOCK = /\.\d+\./;
const QUANTISED = /-(unsloth-)?bnb-4bit\/*$/i;

/** What two paths of one model have in common. */
function lastPart(name: string): string {
  const whole = name.toLowerCase().replace(QUANTISED, "");
  return whole.split(/[/\\]/).filter(Boolean).at(-1) ?? "";
}

/**
 * Checks that what a folder gives a run is exactly what the run trains.
 * @param given in-model names and shapes, the head included.
 * @throws Error naming the run and the tensors: those that are missing or of another shape, with
 *   both shapes, and those that the run does not train.
 */
export function checkFits(
  run: string,
  given: readonly Pick<NamedTensor, "name" | "shape">[],
  trained: readonly Pick<NamedTensor, "name" | "shape">[],
): void {
  const found = new Map(given.map((tensor) => [tensor.name, tensor]));
  const wanted = new Map(trained.map((tensor) => [tensor.name, tensor]));
  const missing = trained.filter(({ name }) => !found.has(name));
  const extra = given.filter(({ name }) => !wanted.has(name));
  const reshaped = given.filter(({ name, shape }) => wanted.has(name) && !isSameShape(wanted.get(name)!.shape, shape));
  const problems = [
    said(missing, "has no", ({ name, shape }) => `"${name}" of shape [${shape}]`),
    said(extra, "has", ({ name }) => `"${name}", which the run does not train`),
    said(reshaped, "has", ({ name, shape }) => {
      const resized = OF_WORDS.test(name) ? ": tokens were added to its base model's vocabulary, or taken out" : "";
      return `"${name}" of shape [${shape}], but the run needs [${wanted.get(name)!.shape}]${resized}`;
    }),
  ].filter((problem) => problem !== null);
  if (problems.length === 0) return;
  throw new Error(
    `Run "${run}": the adapter it starts from ${problems.join("; it ")}. Start from an adapter of the same method with the ` +
      "same options, for the same model.",
  );
}

/** Tensors with a row or column for every token. */
const OF_WORDS = /lora_embedding_A|(embed|wte|word_embeddings|lm_head)[^.]*\.weight$|lm_head\.lora_B/;

/** Of several the first and how many more. */
function said<Tensor>(tensors: readonly Tensor[], verb: string, say: (tensor: Tensor) => string): string | null {
  const [first] = tensors;
  if (first === undefined) return null;
  return `${verb} ${say(first)}${tensors.length > 1 ? `, and ${tensors.length - 1} more like it` : ""}`;
}
