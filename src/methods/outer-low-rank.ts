/**
 * LoRA outside of the blocks as PEFT makes it: beside the word embeddings (A zero, B standard
 * normal, no dropout), and beside the head over the vocabulary. A head that is the word embeddings
 * once more shares their frozen table, not their update.
 */

import { isTargeted, LANGUAGE_HEAD } from "../adapters/target-modules";
import type { Attachments } from "../models/family";
import { embedColumns } from "../operations/embed";
import { linear } from "../operations/linear";
import type { Program } from "../program/program";
import { type LowRankOptions, lowRankMatrices, scaling } from "./low-rank";
import type { ModelFacts } from "./method";
import { embeddingPath } from "./outer-modules";
import { targetModules } from "./targets";

/** The updates that the options mean outside of the blocks. */
export function outerUpdates(
  program: Program,
  options: LowRankOptions,
  facts: ModelFacts,
): Pick<Attachments, "words" | "languageHead"> {
  const { family, config } = facts;
  const targets = targetModules(options);
  const embedding = embeddingPath(facts);
  const words: Attachments["words"] = (given, _batch, ids) => {
    const { rank, scale } = scaling(embedding, options);
    const down = program.trainable(`${embedding}.lora_embedding_A`, [rank, config.vocabulary], {
      initializer: { kind: "zeros" },
    });
    const up = program.trainable(`${embedding}.lora_embedding_B`, [config.hiddenSize, rank], {
      initializer: { kind: "normal", std: 1 },
    });
    const inner = embedColumns(program, `${given.name} lora_A`, ids, down);
    const total = scale * (family.wordScale?.(config) ?? 1);
    return linear(program, `${given.name} + lora`, inner, up, { addend: given, scale: total });
  };
  const update = () => lowRankMatrices(program, LANGUAGE_HEAD, [config.hiddenSize, config.vocabulary], options);
  const adaptsHead = family.languageHead !== undefined && isTargeted(LANGUAGE_HEAD, targets);
  return {
    ...(isTargeted(embedding, targets) && { words }),
    ...(adaptsHead && { languageHead: { required: options.pattern === null, update } }),
  };
}
