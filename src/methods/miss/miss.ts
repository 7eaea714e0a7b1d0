/**
 * MiSS (Kang and Yin 2024, at first called Bone) as PEFT does it: y = W x + Dᵀ Σ xₖ, where xₖ are
 * the input's pieces of `rank` numbers, the last filled up with zeros, and D [rank, out] is trained
 * from zero.
 */

import * as z from "zod";
import type { MissSettings } from "../../adapters/forms/miss";
import { isTargeted } from "../../adapters/target-modules";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { equalToFrozen } from "../equalities";
import { dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts, type StoredTensor, type TrainedState } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

type Options = z.infer<ReturnType<typeof options>>;

/** PEFT's. */
const STANDARD_RANK = 64;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(Math.min(STANDARD_RANK, facts.config.hiddenSize)).meta({
        title: "Rank",
        description: "Numbers in a piece of the input: all pieces are added and share one matrix.",
      }),
      ...targetOptions(facts),
      dropout: dropoutOption(),
    })
    .superRefine((chosen, context) => {
      checkTargets(chosen, context, facts);
      const narrow = linearShapes(facts).find(
        ({ path, inputs }) => inputs < chosen.rank && isTargeted(path, targetModules(chosen)),
      );
      if (!narrow) return;
      const message = `${chosen.rank} is more than the ${narrow.inputs} inputs of ${narrow.path}`;
      context.addIssue({ code: "custom", path: ["rank"], message });
    });

export const miss = defineMethod<Options>({
  id: "miss",
  title: "MiSS",
  summary: "One trained matrix per linear layer, which all pieces of its input share",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "targets"],
  learningRate: 3e-4,
  card: {
    trains: "One matrix of rank × outputs per chosen linear layer, and the head.",
    attaches:
      "Beside the linear layers: the input is cut into pieces of `rank` numbers, the pieces are added, and their sum goes " +
      "through the matrix. It starts at zero.",
    costs: "rank · outputs parameters per layer. It can be merged into the weights afterwards.",
    fails:
      "When inputs that lie a whole number of pieces apart should be treated differently: they share their numbers.",
    equals: "LoRA whose A is fixed: ones where pieces are added up, zeros elsewhere.",
    paper: {
      title: "MiSS: Balancing LoRA Performance and Efficiency with Simple Shard Sharing (Kang and Yin 2024)",
      url: "https://arxiv.org/abs/2409.15371",
    },
  },
  options,
  attach: (program, chosen) => ({
    linear(path, x, y) {
      if (!isTargeted(path, targetModules(chosen))) return y;
      const { rank } = chosen;
      const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
      const sums = program.constant(`miss sums of ${inputs} by ${rank}`, [rank, inputs], () => sumsOf(rank, inputs));
      const block = program.trainable(`${path}.miss_block`, [rank, outputs], { initializer: { kind: "zeros" } });
      const read = dropout(program, `${path} miss dropout`, x, chosen.dropout);
      const summed = linear(program, `${y.name} pieces`, read, sums);
      return linear(program, `${y.name} + miss`, summed, block, { layout: "in-out", addend: y });
    },
  }),
  equalities: () => equalToFrozen("the matrices start at zero"),
  exportForm: form,
  changedByExport: () => false,
  exported: (chosen, state) =>
    state.conversion === "lora" ? convert(chosen, state) : { form: form(chosen), tensors: state.tensors },
  conversions: [{ id: "lora", title: "plain LoRA" }],
});

function form({ rank, dropout: rate, ...chosen }: Options): MissSettings {
  return { type: "MISS", rank, dropout: rate, ...targetModules(chosen) };
}

/** [rank, inputs]: adds up the pieces of an input. */
function sumsOf(rank: number, inputs: number): Float32Array {
  return Float32Array.from({ length: rank * inputs }, (_, at) =>
    (at % inputs) % rank === Math.floor(at / inputs) ? 1 : 0,
  );
}

/** The same as LoRA with alpha = rank. */
function convert(chosen: Options, { tensors, model }: TrainedState) {
  const { rank, dropout: rate } = chosen;
  const { targets, layers: layersToTransform } = targetModules(chosen);
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  return {
    form: {
      ...({ type: "LORA", rank, alpha: rank, targets, layersToTransform } as const),
      ...{ dropout: rate, rankStabilised: false },
    },
    tensors: linearShapes(model).flatMap(({ path, inputs, outputs }): StoredTensor[] => {
      const block = byName.get(`${path}.miss_block`);
      if (!block) return [];
      const turned = Float32Array.from(block, (_, at) => block[(at % rank) * outputs + Math.floor(at / rank)]!);
      return [
        { name: `${path}.lora_A.weight`, shape: [rank, inputs], data: sumsOf(rank, inputs) },
        { name: `${path}.lora_B.weight`, shape: [outputs, rank], data: turned },
      ];
    }),
  };
}
