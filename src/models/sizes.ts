/** Sizes that must divide each other, for every family alike. */

import type { ModelConfig } from "./family";

/**
 * The same configuration. Throws an Error naming both numbers if heads or key/value heads have no
 * whole size.
 */
export function checkSizes<Config extends ModelConfig>(config: Config): Config {
  const { hiddenSize, heads, keyValueHeads, headSize } = config;
  if (!Number.isInteger(headSize)) {
    throw new Error(`config.json: the hidden size ${hiddenSize} is not divisible by ${heads} attention heads.`);
  }
  if (heads % keyValueHeads !== 0) {
    throw new Error(`config.json: ${heads} attention heads are not divisible by ${keyValueHeads} key/value heads.`);
  }
  return config;
}
