/** Every tuning method: what `defineMethod` made and a file of a folder here exports. A new method is a new folder. */

import { isMethod, type Method } from "./method";

/** Ids in the order the page offers them; methods not named here follow. */
const ORDER = [
  "sk-prefix",
  "sk-prompt",
  "lora",
  "dora",
  "adalora",
  "dylora",
  "vera",
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
  "last-layer",
  "half-fine-tuning",
  "full",
];

const files = import.meta.glob<Record<string, unknown>>("./*/*.ts", { eager: true });

export const methods: readonly Method[] = Object.values(files)
  .flatMap((file) => Object.values(file))
  .filter(isMethod)
  .sort((one, other) => place(one) - place(other));

function place({ id }: Method): number {
  const at = ORDER.indexOf(id);
  return at < 0 ? ORDER.length : at;
}

/** The method of that id. Throws an Error naming it and those there are. */
export function methodOf(id: string): Method {
  const method = methods.find((candidate) => candidate.id === id);
  if (method) return method;
  throw new Error(`There is no method "${id}". Methods: ${methods.map((candidate) => candidate.id).join(", ")}.`);
}
