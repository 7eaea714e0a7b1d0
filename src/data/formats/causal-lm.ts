/**
 * A response to write after a prompt, or a text to go on with: both are templates over the
 * columns. The loss is on the response and the token that ends it.
 */

import { type ChatMessage, encodeConversation, isConversation, readConversation } from "../chat";
import type { ColumnFacts } from "../columns";
import { countOf, DataError, formatCount, nameRows } from "../errors";
import { encodeExchange } from "../language";
import { columnsOf } from "../placeholders";
import type { Table } from "../table";
import { asTemplate, checkTemplate, fillTemplate } from "../templates";
import type { RowTokenizer } from "../tokens";
import type { ColumnRoles } from "../types";
import type { DataFormat, ReadRows } from "./format";

/** Best first: what is written as an answer, and what asks for it. */
const RESPONSE_NAMES = ["output", "response", "completion", "answer", "reply", "summary", "translation", "target"];
const PROMPT_NAMES = ["instruction", "prompt", "question", "query", "source", "article", "document", "input", "text"];
/** What a prompt may have beside what it asks. */
const INPUT_NAMES = ["input", "context", "passage"];

export const causalLm: DataFormat = {
  task: "causal-lm",
  title: "Language modelling: a response",
  answer: "text",
  roles: [
    { role: "messages", title: "Conversation", kind: "optional" },
    { role: "prompt", title: "Prompt", kind: "template", without: "messages" },
    { role: "response", title: "Response", kind: "template", without: "messages" },
  ],

  /**
   * Named as prompts and responses, where an answer that is repeated throughout is rather a label;
   * or nothing but texts.
   */
  guess(table, facts) {
    const messages = conversations(table);
    if (messages !== undefined) return { messages };
    const [only] = facts;
    if (facts.length === 1)
      return only!.distinct > 1 && !only!.numeric ? { prompt: "", response: `{${only!.name}}` } : null;
    const { prompt, response } = likeliest(facts);
    if (!prompt || !response) return null;
    return response.distinct > Math.min(table.rows.length, 2000) / 2 ? templates(facts, prompt, response) : null;
  },

  suggest(table, facts) {
    const messages = conversations(table);
    if (messages !== undefined) return { messages };
    const named = likeliest(facts);
    const longest = facts.toSorted((a, b) => b.meanLength - a.meanLength);
    const response = named.response ?? longest.find((column) => column !== named.prompt) ?? facts[0]!;
    const prompt = named.prompt ?? longest.find((column) => column !== response);
    return prompt ? templates(facts, prompt, response) : { prompt: "", response: `{${response.name}}` };
  },

  /** Rows whose response is empty are left out with a notice. */
  read(table, columns) {
    if (columns.messages) return readConversations(table, columns.messages);
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
    const encoded = example.messages
      ? conversationOf(example.messages, example.row, tokenizer, maxLength)
      : encodeExchange(tokenizer, example, maxLength);
    if (encoded.labels.some((label) => label >= 0)) return encoded;
    throw new DataError({
      file: "data",
      row: example.row,
      what: `Within ${countOf(maxLength, "token")} no token of this row is predicted by one before it.`,
      fix: "Raise the longest text, write a prompt or a longer response, or remove the row.",
    });
  },
};

/** The first column whose first cells are conversations. */
function conversations(table: Table): string | undefined {
  const rows = table.rows.slice(0, 3);
  return table.columns.find((_, column) => rows.length > 0 && rows.every((row) => isConversation(row[column] ?? "")));
}

/** Rows without an answer are left out with a notice. */
function readConversations(table: Table, column: string): ReadRows {
  const place = table.columns.indexOf(column);
  if (place < 0) {
    const what = `The file has no column of this name, which is to be the conversation (it has: ${table.columns.join(", ")}).`;
    throw new DataError({ file: table.file, column, what, fix: "Choose one of the file's columns." });
  }
  const empty: number[] = [];
  const examples = table.rows.flatMap((record, index) => {
    const row = table.rowNumbers[index]!;
    const cell = record[place] ?? "";
    const messages = cell.trim() === "" ? [] : conversationIn(cell, { file: table.file, row, column });
    if (messages.length === 0) {
      empty.push(row);
      return [];
    }
    const asked = messages.slice(0, -1).map(({ role, content }) => `${role}: ${content}`);
    const shown = { text: asked.join("\n"), response: messages.at(-1)!.content };
    return { ...shown, messages, textPair: null, label: 0, row };
  });
  if (examples.length === 0) {
    const what = "No conversation has an answer of the assistant.";
    throw new DataError({ file: table.file, column, what, fix: "Choose another column." });
  }
  const skipped = `${table.file}: skipped ${countOf(empty.length, "row")} without an answer (${nameRows(empty)}).`;
  return { examples, labels: [], notices: empty.length > 0 ? [skipped] : [] };
}

function conversationIn(cell: string, where: { file: string; row: number; column: string }) {
  try {
    return readConversation(cell);
  } catch (error) {
    const fix = 'Write a JSON list such as [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}].';
    throw new DataError({ ...where, what: `The conversation ${(error as Error).message}.`, fix });
  }
}

/** @throws DataError with the template's own words where the model's refuses the conversation. */
function conversationOf(messages: readonly ChatMessage[], row: number, tokenizer: RowTokenizer, maxLength: number) {
  try {
    return encodeConversation(tokenizer, messages, maxLength);
  } catch (error) {
    const what = `The model's chat template refuses this conversation: ${(error as Error).message}`;
    throw new DataError({ file: "data", row, what, fix: "Change the conversation's roles, or remove the row." });
  }
}

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
