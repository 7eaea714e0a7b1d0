/** What a rule looks at in a row: all its texts, those that are read and those that are written. */

import type { Example } from "../examples";

/** Each on lines of its own. */
export function rowText({ text, textPair, response }: Pick<Example, "text" | "textPair" | "response">): string {
  return [text, textPair ?? "", response ?? ""].filter((one) => one !== "").join("\n");
}
