/**
 * Half fine-tuning (Hui et al. 2024): in every round half of each block's matrices are trained and
 * the other half stays as it is. The paper finds that it forgets less than training all of it;
 * docs/measured.md says what of that is seen here.
 */

import * as z from "zod";
import type { Controller } from "../controller";
import { defineMethod, type ModelFacts } from "../method";
import { trainedCopy } from "../trained-copy";
import { choices, MOST_ROUNDS, moduleOf } from "./rounds";

const options = z.strictObject({
  rounds: z
    .int()
    .min(1)
    .max(MOST_ROUNDS)
    .default(1)
    .meta({
      title: "Rounds",
      description:
        "The training is cut into so many equal rounds; each draws its half anew and begins with a fresh optimiser. With one, " +
        "the other half takes no memory for gradients and moments.",
    }),
  maskSeed: z
    .int()
    .min(0)
    .max(2 ** 28)
    .default(0)
    .meta({
      title: "Seed of the halves",
      description:
        "Draws which matrices are trained. Independent of the run's own seed, so that seeds compare one choice.",
    }),
});

type HalfOptions = z.infer<typeof options>;

/** The modules trained in each round. */
function trainedModules({ rounds, maskSeed }: HalfOptions, model: ModelFacts): Set<string>[] {
  const drawn = choices(model, maskSeed, rounds);
  return Array.from({ length: rounds }, (_, round) => new Set(drawn.flatMap((choice) => choice.rounds[round]!)));
}

export const half = defineMethod<HalfOptions>({
  id: "half-fine-tuning",
  title: "Half fine-tuning",
  summary: "Half of every block's matrices, trained from where they are; the rest stays",
  group: "control",
  site: "linear",
  learningRate: 2e-5,
  card: {
    trains:
      "A copy of half of each block's attention matrices, of its feed-forward's and of its norms, drawn by seed, and the head. " +
      "Of three matrices, blocks take two and one by turns: our reading of the paper.",
    attaches: "In place of those tensors; embeddings, the last norm and the other half stay frozen.",
    costs:
      "16 bytes per trained parameter, half of full fine-tuning's; with several rounds, those of all rounds together.",
    fails:
      "Where the matrices a task needs are not drawn; like full fine-tuning, on small data it overfits. At an equal loss it " +
      "forgot no less than full fine-tuning where it was measured.",
    paper: {
      title: "HFT: Half Fine-Tuning for Large Language Models (Hui et al. 2024)",
      url: "https://arxiv.org/abs/2404.18466",
    },
  },
  options: () => options,
  attach(program, chosen, context) {
    const trained = trainedModules(chosen, context);
    return {
      everyWeight: (name, shape) =>
        trained.some((modules) => modules.has(moduleOf(name))) ? trainedCopy(program, name, shape, context) : undefined,
    };
  },
  controller(_program, chosen, { steps, model }): Controller {
    if (chosen.rounds === 1) return {};
    const trained = trainedModules(chosen, model);
    return {
      rounds: {
        count: chosen.rounds,
        steps: Math.ceil(steps / chosen.rounds),
        trains: ({ name, part }, round) => part === "head" || trained[round]!.has(moduleOf(name)),
      },
    };
  },
  chosen: ({ rounds, maskSeed }, model) => choices(model, maskSeed, rounds),
  exportForm: () => ({
    type: "STUDIO",
    dense: true,
    why: "half of the model's own matrices were trained: they stand in place of the base model's.",
  }),
});
