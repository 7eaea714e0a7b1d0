/** Every model family the studio can read. */

import type { Family } from "./family";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";

export const families = [llama, gpt2] as readonly Family[];

/** The family for a config.json's `model_type`. Throws an Error naming it and those that are supported. */
export function familyOf(config: unknown): Family {
  const type = (config as { model_type?: unknown } | null)?.model_type;
  const family = families.find(({ modelTypes }) => modelTypes.includes(String(type)));
  if (family) return family;
  const supported = families.flatMap(({ modelTypes }) => modelTypes).join(", ");
  throw new Error(
    `config.json: model_type ${type === undefined ? "is missing" : `"${type}" is not supported`}. Supported: ${supported}.`,
  );
}
