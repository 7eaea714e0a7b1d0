/**
 * What a run can be: every method and every answerer, which `defineMethod` or `defineAnswerer` made
 * and a file of a folder here exports. A new one is a new folder.
 */

import { nearestName } from "../errors/nearest-name";
import { shortened } from "../errors/shortened";
import { type Answerer, isAnswerer } from "./answerer";
import { isMethod, type Method } from "./method";

/** Told apart by `trains`. */
export type AnyApproach = Method | Answerer;

/** Ids in the order the page offers them; those not named here follow. */
const ORDER = [
  "sk-prefix",
  "sk-prompt",
  "lora",
  "dora",
  "adalora",
  "dylora",
  "vera",
  "miss",
  "loha",
  "lokr",
  "hira",
  "gralora",
  "randlora",
  "fourierft",
  "c3a",
  "oft",
  "delora",
  "ia3",
  "road",
  "ln-tuning",
  "bitfit",
  "beft",
  "adapter-houlsby",
  "adapter-pfeiffer",
  "adapter-parallel",
  "mix-and-match",
  "unified",
  "prefix",
  "cartridge",
  "prompt",
  "p-tuning",
  "dept",
  "ept",
  "cpt",
  "ptec",
  "linear-probe",
  "fitted-head",
  "hard-text",
  "zero-shot",
  "nearest-neighbours",
  "bag-of-words",
  "majority",
  "last-layer",
  "half-fine-tuning",
  "full",
];

const files = import.meta.glob<Record<string, unknown>>("./*/*.ts", { eager: true });

export const approaches: readonly AnyApproach[] = Object.values(files)
  .flatMap((file) => Object.values(file))
  .filter((value) => isMethod(value) || isAnswerer(value))
  .sort((one, other) => place(one) - place(other));

/** Those that train. */
export const methods: readonly Method[] = approaches.filter(isMethod);

function place({ id }: AnyApproach): number {
  const at = ORDER.indexOf(id);
  return at < 0 ? ORDER.length : at;
}

/** What a run's `method` names. Throws an Error naming it and those there are. */
export function approachOf(id: string): AnyApproach {
  const approach = approaches.find((candidate) => candidate.id === id);
  if (approach) return approach;
  const ids = approaches.map((candidate) => candidate.id);
  const name = shortened(id);
  throw new Error(`There is no method "${name}"; did you mean ${nearestName(name, ids)}? Methods: ${ids.join(", ")}.`);
}

/** The method of that id. Throws an Error where there is none, or where it trains nothing. */
export function methodOf(id: string): Method {
  const approach = approachOf(id);
  if (approach.trains) return approach;
  throw new Error(`${approach.title} trains nothing: it is no tuning method.`);
}
