/** The Hub's token from the environment. It is never part of a message. */

import { ConfigurationError } from "./files";

/** The variable that holds the token for gated models. */
const HF_TOKEN = "HF_TOKEN";

/**
 * The token without spaces and line breaks around it; null where the variable is empty or not set.
 * @throws {ConfigurationError} Names the variable where no request could carry what it holds.
 */
export function hubToken(environment: NodeJS.ProcessEnv = process.env): string | null {
  const token = environment[HF_TOKEN]?.trim();
  if (!token) return null;
  // Visible ASCII is what a header may hold and a token is made of.
  if (!/^[!-~]+$/.test(token)) {
    throw new ConfigurationError(
      `${HF_TOKEN} holds more than a token: there is a line break, a space or a letter in it that no token has. ` +
        "Set it to the token alone.",
    );
  }
  return token;
}
