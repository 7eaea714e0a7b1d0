/** The names of a model's frozen tensors, the backbone's alone, without opening its files. */

import { Program } from "../program/program";
import type { ModelFacts } from "./method";

/** In the order the family reads them, each once. */
export function weightNames({ family, config }: Pick<ModelFacts, "family" | "config">): string[] {
  const names = new Set<string>();
  const program = new Program();
  const ids = program.input("input_ids", [1], "int32");
  program.replaceWeights((name) => {
    names.add(name);
    return undefined;
  });
  family.build(program, config, ids, { size: 1, tokens: 1 }, {});
  return [...names];
}
