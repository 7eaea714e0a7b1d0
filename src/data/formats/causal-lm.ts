/**
 * A response to write behind a prompt, or a text to go on with: both are templates over the columns. The loss is on the response
 * and the token that ends it.
 */

import type { ColumnFacts } from "../columns";
import { countOf, DataError, formatCount, nameRows } from "../errors";
import { encodeExchange } from "../language";
import { asTemplate, checkTemplate, columnsOf, fillTemplate } from "../templates";
import type { ColumnRoles } from "../types";
import type { DataFormat } from "./format";

/** Best first: what is written as an answer, and what asks for it. */
const RESPONSE_NAMES = ["output", "response", "completion", "answer", "reply", "summary", "translation", "target"];
const PROMPT_NAMES = ["instruction", "prompt", "question", "query", "source", "article", "document", "input", "text"];
/** What a prompt may have beside what it asks. */
const INPUT_NAMES = ["input", "context", "passage"];

export const causalLm: DataFormat = {
  task: "causal-lm",
  title: "Language modelling: a response",
  roles: [
    { role: "prompt", title: "Prompt", kind: "template" },
    { role: "response", title: "Response", kind: "template" },
  ],

  /** Named as prompts and responses, where an answer that is repeated throughout is rather a label; or nothing but texts. */
  guess(table, facts) {
    const [only] = facts;
    if (facts.length === 1)
      return only!.distinct > 1 && !only!.numeric ? { prompt: "", response: `{${only!.name}}` } : null;
    const { prompt, response } = likeliest(facts);
    if (!prompt || !response) return null;
    return response.distinct > Math.min(table.rows.length, 2000) / 2 ? templates(facts, prompt, response) : null;
  },

  suggest(_, facts) {
    const named = likeliest(facts);
    const longest = facts.toSorted((a, b) => b.meanLength - a.meanLength);
    const response = named.response ?? longest.find((column) => column !== named.prompt) ?? facts[0]!;
    const prompt = named.prompt ?? longest.find((column) => column !== response);
    return prompt ? templates(facts, prompt, response) : { prompt: "", response: `{${response.name}}` };
  },

  /** Rows whose response is empty are left out with a notice. */
  read(table, columns) {
    const prompt = asTemplate(columns.prompt ?? "", table.columns);
    const response = asTemplate(columns.response ?? "", table.columns);
    checkTemplate(prompt, "prompt", table);
    checkTemplate(response, "response", table);
    const named = columnsOf(response);
    if (named.length === 0) {
      throw new DataError({
        file: table.file,
        what: "The template of the response names no column, so every row would teach the same.",
        fix: `Write a column in braces, for example {${table.columns.at(-1)}}.`,
      });
    }
    const empty: number[] = [];
    const examples = table.rows.flatMap((record, index) => {
      const row = table.rowNumbers[index]!;
      const cellOf = (column: string) => record[table.columns.indexOf(column)]!;
      if (named.every((column) => cellOf(column).trim() === "")) {
        empty.push(row);
        return [];
      }
      const filled = { text: fillTemplate(prompt, cellOf), response: fillTemplate(response, cellOf) };
      return { ...filled, textPair: null, label: 0, row };
    });
    if (empty.length > table.rows.length / 2) {
      throw new DataError({
        file: table.file,
        row: empty[0],
        what: `The response is empty in ${formatCount(empty.length)} of ${countOf(table.rows.length, "row")}.`,
        fix: "Choose another column for the response, or fill in the cells.",
      });
    }
    const skipped = `${table.file}: skipped ${countOf(empty.length, "row")} without a response (${nameRows(empty)}).`;
    return { examples, labels: [], notices: empty.length > 0 ? [skipped] : [] };
  },

  labelsOf: () => [],

  /** See `encodeExchange` for what becomes of a row that is too long. */
  encode(example, tokenizer, maxLength) {
    const encoded = encodeExchange(tokenizer, example, maxLength);
    if (encoded.labels.some((label) => label >= 0)) return encoded;
    throw new DataError({
      file: "data",
      row: example.row,
      what: `Within ${countOf(maxLength, "token")} no token of this row is foretold by one before it.`,
      fix: "Raise the longest text, write a prompt or a longer response, or remove the row.",
    });
  },
};

function likeliest(facts: readonly ColumnFacts[]): { prompt?: ColumnFacts; response?: ColumnFacts } {
  const usable = facts.filter(({ identifier, numeric }) => !identifier && !numeric);
  const named = (names: readonly string[], others: readonly ColumnFacts[]) =>
    names.flatMap((name) => others.filter(({ key }) => key === name))[0];
  const response = named(RESPONSE_NAMES, usable);
  const prompt = named(
    PROMPT_NAMES,
    usable.filter((column) => column !== response),
  );
  return { ...(prompt && { prompt }), ...(response && { response }) };
}

/** Instructions get headings, as in Alpaca's files; a question stands alone on its line. */
function templates(facts: readonly ColumnFacts[], prompt: ColumnFacts, response: ColumnFacts): ColumnRoles {
  const input = facts.find((column) => column !== prompt && column !== response && INPUT_NAMES.includes(column.key));
  const asked =
    prompt.key === "instruction"
      ? `### Instruction:\n{${prompt.name}}\n\n${input ? `### Input:\n{${input.name}}\n\n` : ""}### Response:\n`
      : `${input ? `{${input.name}}\n\n` : ""}{${prompt.name}}\n`;
  return { prompt: asked, response: `{${response.name}}` };
}
