/** A response to write behind a prompt: the loss is on the response and the token that ends it. */

import { DataError } from "../errors";
import { readCells } from "../examples";
import type { DataFormat } from "./format";

const PROMPT_NAMES = ["prompt", "instruction"];
const RESPONSE_NAMES = ["response", "completion", "output"];
/** The label of a position behind which nothing is to be learned. */
const NO_LABEL = -100;

export const causalLm: DataFormat = {
  task: "causal-lm",
  title: "Language modelling: a response",
  roles: [
    { role: "prompt", title: "Prompt", kind: "column" },
    { role: "response", title: "Response", kind: "column" },
  ],

  guess(_, facts) {
    const named = (names: readonly string[]) => facts.find(({ key }) => names.includes(key))?.name;
    const [prompt, response] = [named(PROMPT_NAMES), named(RESPONSE_NAMES)];
    return prompt && response ? { prompt, response } : null;
  },

  suggest(table, facts) {
    const longest = facts.toSorted((a, b) => b.meanLength - a.meanLength).map(({ name }) => name);
    const [response, prompt] = longest;
    return this.guess(table, facts) ?? { ...(prompt !== undefined && { prompt }), ...(response && { response }) };
  },

  read(table, { prompt, response }) {
    const { cells, notices } = readCells(table, [
      { role: "prompt", column: prompt },
      { role: "response", column: response },
    ]);
    const examples = cells.map(({ values, row }) => ({
      text: values[0]!,
      textPair: null,
      label: 0,
      response: values[1]!,
      row,
    }));
    return { examples, labels: [], notices };
  },

  labelsOf: () => [],

  /** Prompt, line break, response, end of sequence; the label of a position is the token behind it. A long row loses its end. */
  encode({ text, response, row }, tokenizer, maxLength) {
    const asked = Array.from(tokenizer.encode(`${text}\n`));
    const prompt = asked.slice(0, asked.length - tokenizer.trailingSpecials);
    const written = Array.from(tokenizer.encode(response!, null, { specialTokens: false }));
    const end = tokenizer.eosId === null ? [] : [tokenizer.eosId];
    const ids = [...prompt, ...written, ...end];
    if (prompt.length >= maxLength) {
      throw new DataError({
        file: "data",
        row,
        what: `The prompt has ${prompt.length} tokens and leaves no room for a response within ${maxLength}.`,
        fix: "Raise the longest text, or shorten the prompt.",
      });
    }
    const labels = ids.map((_, place) => (place + 1 < prompt.length ? NO_LABEL : (ids[place + 1] ?? NO_LABEL)));
    const kept = Math.min(ids.length, maxLength);
    // What stands behind the cut cannot be asked for.
    if (kept < ids.length) labels[kept - 1] = NO_LABEL;
    return {
      ids: Int32Array.from(ids.slice(0, kept)),
      labels: Int32Array.from(labels.slice(0, kept)),
      fullLength: ids.length,
    };
  },
};
