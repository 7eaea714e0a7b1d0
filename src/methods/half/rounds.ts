/**
 * Which of a model's modules are trained in which round of half fine-tuning: in every block half of
 * the attention's matrices, half of the feed-forward's and half of the norms, drawn anew for each
 * round.
 */

import { MersenneTwister } from "../../data/mersenne-twister";
import { blockOf } from "../../models/blocks";
import type { ChosenModules, ModelFacts } from "../method";
import { isTarget } from "../targets";
import { weightNames } from "../weight-names";

/** Rounds of one seed never share a generator. */
export const MOST_ROUNDS = 8;

export const CATEGORIES = ["attention", "feed-forward", "norm"] as const;
export type Category = (typeof CATEGORIES)[number];

/** A bias belongs to its matrix. */
export interface Choice extends ChosenModules {
  readonly category: Category;
}

/** The module a tensor belongs to. */
export const moduleOf = (tensor: string) => tensor.slice(0, tensor.lastIndexOf("."));

/**
 * Of an odd number of modules the blocks take more and less than half by turns, so that the model
 * as a whole is halved. Embeddings, the last norm and what lies outside of the blocks is never
 * chosen.
 */
export function choices(model: ModelFacts, seed: number, rounds: number): Choice[] {
  const norms = model.family.normNames(model.config);
  const groups = new Map<string, { block: number; category: Category; modules: Set<string> }>();
  for (const name of weightNames(model)) {
    const block = blockOf(name);
    if (block === null) continue;
    const path = moduleOf(name);
    const category = isTarget(path, norms) ? "norm" : /\.\w*att\w*\./i.test(path) ? "attention" : "feed-forward";
    const key = `${block}/${category}`;
    const group = groups.get(key) ?? { block, category, modules: new Set<string>() };
    groups.set(key, group);
    group.modules.add(path);
  }
  const ordered = [...groups.values()].sort(
    (a, b) => a.block - b.block || CATEGORIES.indexOf(a.category) - CATEGORIES.indexOf(b.category),
  );
  // One generator a round, a number for every module in order: those with the smallest are trained.
  const drawn = Array.from({ length: rounds }, (_, round) => {
    const generator = new MersenneTwister(seed * MOST_ROUNDS + round);
    return ordered.map(({ block, category, modules }) => {
      const paths = [...modules].sort();
      const numbers = generator.uniform(paths.length, 0.5);
      const more = (block + round + CATEGORIES.indexOf(category)) % 2 === 0;
      const count = (more ? Math.ceil : Math.floor)(paths.length / 2);
      const order = paths.map((_, index) => index).sort((a, b) => numbers[a]! - numbers[b]!);
      return order.slice(0, count).map((index) => paths[index]!);
    });
  });
  return ordered.map(({ block, category, modules }, group) => ({
    block,
    category,
    modules: [...modules].sort(),
    rounds: drawn.map((round) => round[group]!),
  }));
}
