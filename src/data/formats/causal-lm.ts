/**
 * A response to write after a prompt, or a text to go on with: both are templates over the
 * columns. The loss is on the response and the token that ends it.
 */

import { refuseStructures, structureOfColumn } from "../cell-kinds";
import {
  type ChatMessage,
  encodeConversation,
  isTurns,
  readConversation,
  readHistory,
  readTurns,
  systemText,
  thoughtsIn,
  uptoAnswer,
} from "../chat";
import { type ColumnFacts, isFilled } from "../columns";
import { countOf, DataError, formatCount, listNames } from "../errors";
import type { Example } from "../examples";
import { encodeExchange } from "../language";
import { columnsOf } from "../placeholders";
import { nameRows } from "../shards";
import type { Table } from "../table";
import { asTemplate, checkTemplate, fillTemplate } from "../templates";
import type { RowTokenizer } from "../tokens";
import type { ColumnRoles } from "../types";
import type { DataFormat, ReadRows } from "./format";

/** Best first: what is written as an answer, and what asks for it. */
const RESPONSE_NAMES = "output response completion answer reply chosen summary highlights translation target".split(
  " ",
);
const PROMPT_NAMES = ["instruction", "prompt", "question", "query", "source", "article", "document", "input", "text"];
/** What a prompt may have beside what it asks. */
const INPUT_NAMES = ["input", "context", "passage"];
/** Of several columns of conversations the likeliest; rejected answers are none of them. */
const MESSAGES_NAMES = ["messages", "conversations", "conversation", "contents", "dialogue", "dialog", "chosen"];
const REJECTED_NAMES = ["rejected", "rejectedresponse", "nonpreferredoutput"];
const SYSTEM_NAMES = ["system", "systemprompt", "systemmessage", "systeminstruction"];
const HISTORY_NAMES = ["history"];
/** Answers that go with a prompt which is a list of turns. */
const CHOSEN_NAMES = ["completion", "response", "output", "chosen", "preferredoutput"];

export const causalLm: DataFormat = {
  task: "causal-lm",
  title: "Language modelling: a response",
  answer: "text",
  roles: [
    { role: "messages", title: "Conversation", kind: "optional" },
    { role: "system", title: "System prompt", kind: "optional" },
    { role: "history", title: "Earlier turns", kind: "optional", without: "messages" },
    { role: "prompt", title: "Prompt", kind: "template", without: "messages" },
    { role: "response", title: "Response", kind: "template", without: "messages" },
  ],

  /**
   * Named as prompts and responses, where an answer that is repeated throughout is rather a label;
   * or nothing but texts.
   */
  guess(table, facts) {
    const chat = conversations(table, facts);
    if (chat) return chat;
    const [only] = facts;
    if (facts.length === 1) {
      const isText = only!.distinct > 1 && !only!.numeric && only!.structure === null;
      return isText ? { prompt: "", response: `{${only!.name}}` } : null;
    }
    const asked = instructions(table, facts);
    if (asked) return templates(table, facts, asked.prompt, asked.response);
    const { prompt, response } = likeliest(facts);
    if (!prompt || !response) return null;
    const enough = response.distinct > Math.min(table.rows.length, 2000) / 2;
    return enough || isJudged(facts) ? templates(table, facts, prompt, response) : null;
  },

  suggest(table, facts) {
    const chat = conversations(table, facts);
    if (chat) return chat;
    const named = likeliest(facts);
    const texts = facts.filter(({ structure }) => structure === null);
    const longest = (texts.length > 0 ? texts : facts).toSorted((a, b) => b.meanLength - a.meanLength);
    const response = named.response ?? longest.find((column) => column !== named.prompt) ?? facts[0]!;
    const prompt = named.prompt ?? longest.find((column) => column !== response);
    return prompt ? templates(table, facts, prompt, response) : { prompt: "", response: `{${response.name}}` };
  },

  /**
   * Rows whose response is empty are left out with a notice. Where prompt and response are a column
   * each, of which one has turns, they are one conversation: a text is a turn. With a system prompt
   * or earlier turns they become one.
   */
  read(table, columns) {
    const { messages, system, history } = columns;
    if (messages) return readConversations(table, [messages, system], (cells) => readConversation(cells[0]!));
    const prompt = asTemplate(columns.prompt ?? "", table.columns);
    const response = asTemplate(columns.response ?? "", table.columns);
    checkTemplate(prompt, "prompt", table);
    checkTemplate(response, "response", table);
    const [asked, answer] = [prompt, response].map((template) => onlyColumn(template, table));
    if (asked && answer && (holdsTurns(table, answer) || holdsTurns(table, asked))) {
      return readConversations(table, [answer, system, asked], (cells) => {
        // The answer may be the whole conversation again.
        const [own, before] = [turnsIn(cells[0]!, "assistant"), turnsIn(cells[2]!, "user")];
        const whole = before.every(({ content }, turn) => own[turn]?.content === content);
        return uptoAnswer(whole ? own : [...before, ...own]);
      });
    }
    const named = columnsOf(response);
    if (named.length === 0) {
      throw new DataError({
        file: table.file,
        what: "The template of the response names no column, so every row would teach the same.",
        fix: `Write a column in braces, for example {${table.columns.at(-1)}}.`,
      });
    }
    const notices = [...checkTexts(table, columnsOf(prompt), "prompt"), ...checkTexts(table, named, "response")];
    const before = [system, history].map((column) => (column ? placeOf(table, column) : -1));
    const empty: number[] = [];
    const examples = table.rows.flatMap((record, index): Example[] => {
      const row = table.rowNumbers[index]!;
      const cellOf = (column: string) => record[table.columns.indexOf(column)]!;
      if (named.every((column) => cellOf(column).trim() === "")) {
        empty.push(row);
        return [];
      }
      const filled = { text: fillTemplate(prompt, cellOf), response: fillTemplate(response, cellOf) };
      const example = { ...filled, textPair: null, label: 0, row };
      if (before.every((place) => place < 0)) return [example];
      const [first, earlier] = before.map((place) => record[place] ?? "");
      const turns = within({ file: table.file, row, column: history ?? system! }, () => [
        ...readHistory(earlier!),
        // An empty input leaves the line breaks before it.
        { role: "user" as const, content: filled.text.trimEnd() },
        { role: "assistant" as const, content: filled.response },
      ]);
      return [conversationExample(withSystem(turns, first!), row)];
    });
    if (empty.length > table.rows.length / 2) {
      throw new DataError({
        file: table.file,
        row: empty[0],
        what: `The response is empty in ${formatCount(empty.length)} of ${countOf(table.rows.length, "row")}.`,
        fix: "Choose another column for the response, or fill in the cells.",
      });
    }
    const skipped = `${table.file}: skipped ${countOf(empty.length, "row")} without a response (${nameRows(empty, table)}).`;
    return { examples, labels: [], notices: empty.length > 0 ? [skipped, ...notices] : notices };
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

/** Columns of conversations with what goes with them; null where there is none. */
function conversations(table: Table, facts: readonly ColumnFacts[]): ColumnRoles | null {
  const turns = facts.filter(({ structure, key }) => structure === "turns" && !REJECTED_NAMES.includes(key));
  if (turns.length === 0) return null;
  const first = filledColumn(table, facts, SYSTEM_NAMES);
  const system = first && { system: first };
  // One of both may be a text.
  const [prompt, answer] = [firstNamed(["prompt", "input"], facts), firstNamed(CHOSEN_NAMES, facts)];
  if (prompt && answer && (turns.includes(prompt) || turns.includes(answer))) {
    return { prompt: `{${prompt.name}}`, response: `{${answer.name}}`, ...system };
  }
  return { messages: (firstNamed(MESSAGES_NAMES, turns) ?? turns[0]!).name, ...system };
}

/** The column of the first of these names that there is. */
function firstNamed(names: readonly string[], columns: readonly ColumnFacts[]): ColumnFacts | undefined {
  return names.flatMap((name) => columns.filter(({ key }) => key === name))[0];
}

/** The name of the first such column that is not empty throughout. */
function filledColumn(table: Table, facts: readonly ColumnFacts[], names: readonly string[]): string | undefined {
  return facts.find(({ key, name }) => names.includes(key) && isFilled(table, name))?.name;
}

/**
 * Alpaca's columns with an input that is empty throughout: few different answers, or numbers, are
 * no labels of it.
 */
function instructions(table: Table, facts: readonly ColumnFacts[]) {
  const [prompt, input, response] = ["instruction", "input", "output"].map((name) =>
    facts.find(({ key }) => key === name),
  );
  if (!prompt || !input || !response || isFilled(table, input.name)) return null;
  return prompt.distinct > 0 && response.distinct > 0 ? { prompt, response } : null;
}

/** Whether prompt and answer are judged (KTO): then few different answers are no labels. */
const isJudged = (facts: readonly ColumnFacts[]) =>
  ["prompt", "completion", "label"].every((name) => facts.some(({ key }) => key === name)) &&
  facts.some(({ key, values }) => key === "label" && values.length > 0 && values.every((value) => isTruth(value)));

const isTruth = (value: string) => /^(true|false)$/i.test(value);

/** The column that a template consists of. */
function onlyColumn(template: string, { columns }: Table): string | null {
  const [only, ...others] = columnsOf(template);
  return only !== undefined && others.length === 0 && template.trim() === `{${only}}` && columns.includes(only)
    ? only
    : null;
}

const holdsTurns = (table: Table, column: string) =>
  structureOfColumn(table, table.columns.indexOf(column)) === "turns";

/** A cell of turns, or a text that is one. */
const turnsIn = (cell: string, role: "user" | "assistant"): ChatMessage[] =>
  isTurns(cell) ? readTurns(cell) : [{ role, content: cell }];

/**
 * What templates name must be texts; lists and objects in JSON may be meant as a text to write,
 * which is said.
 * @throws DataError for columns of turns, spans and lists of lists.
 */
function checkTexts(table: Table, columns: readonly string[], role: string): string[] {
  return columns.flatMap((column) => {
    refuseStructures(table, column, role, ["object", "objects", "list"]);
    const kind = structureOfColumn(table, table.columns.indexOf(column));
    if (kind === null) return [];
    return [`${table.file}, column "${column}": the cells look like JSON and are read as texts, as they are written.`];
  });
}

function placeOf(table: Table, column: string): number {
  const place = table.columns.indexOf(column);
  if (place >= 0) return place;
  const what = `The file has no column of this name, which is to be part of the conversation (it has: ${listNames(table.columns)}).`;
  throw new DataError({ file: table.file, column, what, fix: "Choose one of the file's columns." });
}

/** The system prompt first, unless the turns have one. */
function withSystem(messages: readonly ChatMessage[], cell: string): ChatMessage[] {
  if (cell.trim() === "" || messages.length === 0 || messages[0]!.role === "system") return [...messages];
  return [{ role: "system", content: systemText(cell) }, ...messages];
}

function conversationExample(messages: readonly ChatMessage[], row: number): Example {
  const asked = messages.slice(0, -1).map(({ role, content, tool_calls: calls = [] }) => {
    return `${role}: ${[content, ...calls.map((call) => JSON.stringify(call.function))].filter(Boolean).join(" ")}`;
  });
  const shown = { text: asked.join("\n"), response: messages.at(-1)!.content };
  return { ...shown, messages, textPair: null, label: 0, row };
}

/**
 * @param columns where the answers are, the system prompt if there is one, and others that `read`
 * gets the cells of.
 * Rows without an answer are left out with a notice.
 */
function readConversations(
  table: Table,
  columns: readonly (string | null | undefined)[],
  read: (cells: readonly string[]) => ChatMessage[],
): ReadRows {
  const places = columns.map((column) => (column ? placeOf(table, column) : -1));
  const column = columns[0]!;
  const empty: number[] = [];
  const examples = table.rows.flatMap((record, index) => {
    const row = table.rowNumbers[index]!;
    const cells = places.map((place) => record[place] ?? "");
    const where = { file: table.file, row, column };
    const messages = cells[0]!.trim() === "" ? [] : within(where, () => withSystem(read(cells), cells[1]!));
    if (messages.length > 0) return [conversationExample(messages, row)];
    empty.push(row);
    return [];
  });
  if (examples.length === 0) {
    const what =
      "No conversation has an answer of the assistant that can be learned: one with a text, beside calls of tools.";
    throw new DataError({ file: table.file, column, what, fix: "Choose another column, or add such answers." });
  }
  const skipped = `${table.file}: skipped ${countOf(empty.length, "row")} without an answer (${nameRows(empty, table)}).`;
  const notices = empty.length > 0 ? [skipped] : [];
  return { examples, labels: [], notices: [...notices, ...thoughtNotices(table, places[0]!)] };
}

/** What a model thought before its answer is not learned, and is named. */
function thoughtNotices(table: Table, place: number): string[] {
  const keys = table.rows.map((record) => thoughtsIn(record[place] ?? ""));
  const rows = table.rowNumbers.filter((_, index) => keys[index] !== null);
  if (rows.length === 0) return [];
  const key = keys.find((one) => one !== null)!;
  return [
    `${table.file}: not used: "${key}" of answers in ${countOf(rows.length, "row")} (${nameRows(rows, table)}). Write it into the text of the answer if it is to be learned.`,
  ];
}

/** @throws DataError where a conversation cannot be read. */
function within<Read>(where: { file: string; row: number; column: string }, read: () => Read): Read {
  try {
    return read();
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
  const usable = facts.filter(
    ({ identifier, numeric, withUnit, structure }) =>
      !identifier && !numeric && !withUnit && (structure === null || structure === "object"),
  );
  const response = firstNamed(RESPONSE_NAMES, usable);
  const prompt = firstNamed(
    PROMPT_NAMES,
    usable.filter((column) => column !== response),
  );
  return { ...(prompt && { prompt }), ...(response && { response }) };
}

/**
 * Instructions get headings, as in Alpaca's files; a question stands alone on its line. With a
 * system prompt or earlier turns they are turns, which have headings of their own.
 */
function templates(
  table: Table,
  facts: readonly ColumnFacts[],
  prompt: ColumnFacts,
  response: ColumnFacts,
): ColumnRoles {
  const input = facts.find((column) => column !== prompt && column !== response && INPUT_NAMES.includes(column.key));
  const system = filledColumn(table, facts, SYSTEM_NAMES);
  const history = filledColumn(table, facts, HISTORY_NAMES);
  const answer = `{${response.name}}`;
  if (system !== undefined || history !== undefined) {
    const asked = `{${prompt.name}}${input ? `\n{${input.name}}` : ""}`;
    return { prompt: asked, response: answer, ...(system && { system }), ...(history && { history }) };
  }
  const asked =
    prompt.key === "instruction"
      ? `### Instruction:\n{${prompt.name}}\n\n${input ? `### Input:\n{${input.name}}\n\n` : ""}### Response:\n`
      : `${input ? `{${input.name}}\n\n` : ""}{${prompt.name}}\n`;
  return { prompt: asked, response: answer };
}
