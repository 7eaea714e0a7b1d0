/** Every model family the studio can read. */

import { bert } from "./bert";
import { bloom } from "./bloom";
import { distilbert } from "./distilbert";
import { falcon } from "./falcon";
import type { Family } from "./family";
import { gemma } from "./gemma";
import { gptNeox } from "./gpt-neox";
import { gpt2 } from "./gpt2";
import { llama } from "./llama";
import { modernbert } from "./modernbert";
import { opt } from "./opt";
import { phi } from "./phi";
import { phi3 } from "./phi3";

export const families = [
  llama,
  gpt2,
  opt,
  gptNeox,
  phi,
  phi3,
  falcon,
  bloom,
  gemma,
  bert,
  distilbert,
  modernbert,
] as readonly Family[];

/**
 * The family for a config.json's `model_type`. Throws an Error naming it and those that are
 * supported.
 */
export function familyOf(config: unknown): Family {
  const type = (config as { model_type?: unknown } | null)?.model_type;
  const family = families.find(({ modelTypes }) => modelTypes.includes(String(type)));
  if (family) return family;
  const supported = families.flatMap(({ modelTypes }) => modelTypes).join(", ");
  throw new Error(
    `config.json: model_type ${type === undefined ? "is missing" : `"${type}" is not supported`}. Supported: ${supported}.`,
  );
}
