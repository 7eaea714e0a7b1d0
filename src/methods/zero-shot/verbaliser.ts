/** What the model says for a label: `negative: terrible, bad; positive: great` → words by label. */

/**
 * Labels that are not named are said by their own names, underscores read as spaces.
 * @throws Error naming a label that the data does not have, or one without words.
 */
export function readVerbaliser(given: string, labels: readonly string[]): string[][] {
  const said = new Map<string, string[]>();
  for (const part of given.split(/[;\n]/).filter((entry) => entry.trim() !== "")) {
    const [, label = "", list = ""] = /^\s*(.*?)\s*:(.*)$/.exec(part) ?? [];
    if (!labels.includes(label)) {
      throw new Error(
        `Words: "${part.trim()}" begins with no label and colon. Write "label: word, word; label: word" with the labels ` +
          `${labels.join(", ")}.`,
      );
    }
    const words = list
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
    if (words.length === 0)
      throw new Error(`Words: the label "${label}" has none after its colon. Write at least one.`);
    said.set(label, words);
  }
  return labels.map((label) => said.get(label) ?? [label.replaceAll("_", " ")]);
}

/**
 * The first token of every word where it comes after a text.
 * @throws Error if words of two labels begin with the same token: the model's next token could not
 * tell them apart.
 */
export function answerTokens(
  words: readonly (readonly string[])[],
  labels: readonly string[],
  after: string,
  encode: (text: string) => readonly number[],
): number[][] {
  const start = encode(after).length;
  const taken = new Map<number, { label: number; word: string }>();
  return words.map((own, label) =>
    own.map((word) => {
      const token = encode(after + gapAfter(after) + word)[start];
      if (token === undefined) throw new Error(`Words: "${word}" has no token of its own after the prompt.`);
      const other = taken.get(token);
      if (other && other.label !== label) {
        throw new Error(
          `Words: "${other.word}" (${labels[other.label]}) and "${word}" (${labels[label]}) begin with the same token, and the ` +
            "next token is all that is looked at. Choose words that begin differently.",
        );
      }
      taken.set(token, { label, word });
      return token;
    }),
  );
}

/** Words of more than one token where they stand behind a text, with how many each has. */
export function cutWords(
  words: readonly (readonly string[])[],
  behind: string,
  encode: (text: string) => readonly number[],
): { readonly word: string; readonly tokens: number }[] {
  const start = encode(behind).length;
  return words.flat().flatMap((word) => {
    const tokens = encode(behind + gapAfter(behind) + word).length - start;
    return tokens > 1 ? [{ word, tokens }] : [];
  });
}

/** What stands between a text and a word after it. */
export const gapAfter = (text: string) => (text === "" || /\s$/.test(text) ? "" : " ");
