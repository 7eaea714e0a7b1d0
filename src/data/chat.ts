/**
 * Conversations: a cell to messages, and messages to tokens with a label wherever a token of an
 * answer comes next. Written with the model's own chat template; a model that has none gets a
 * heading above every turn.
 */

import { encodePrompt, type LanguageTokenizer } from "./language";
import { firstOwn, ownValue, readStructure } from "./literals";

/** Call of a tool in an assistant's turn, as chat templates read it. */
export interface ToolCall {
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: unknown };
}

/** A turn. What calls a tool, and what a tool answers, is context: it is never learned. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  readonly tool_calls?: readonly ToolCall[];
  /** False for an answer that is read and not learned; default: answers are learned. */
  readonly learned?: false;
}

/** What of a tokenizer is needed. */
export interface ChatTokenizer extends LanguageTokenizer {
  /** The end-of-sequence token as it is written in a text; empty where there is none. */
  readonly eosText?: string;
  /**
   * A conversation as one text, with the heading of an answer after it if `answer`; null where the
   * model has no template.
   */
  readonly chatTemplate?: ((messages: readonly ChatMessage[], answer: boolean) => string) | null;
}

/** A piece of a conversation's text, and whether it is learned. */
interface ChatPart {
  readonly text: string;
  readonly learned: boolean;
}

/** OpenAI's roles, ShareGPT's, Gemini's, LangChain's, Cohere's, and what other files call them. */
const ROLES: ReadonlyMap<string, ChatMessage["role"]> = new Map([
  ["system", "system"],
  ["developer", "system"],
  ["user", "user"],
  ["human", "user"],
  ["prompter", "user"],
  ["assistant", "assistant"],
  ["gpt", "assistant"],
  ["chatgpt", "assistant"],
  ["bing", "assistant"],
  ["bard", "assistant"],
  ["bot", "assistant"],
  ["chatbot", "assistant"],
  ["ai", "assistant"],
  ["model", "assistant"],
  ["function_call", "assistant"],
  ["tool", "tool"],
  ["function", "tool"],
  ["observation", "tool"],
  ["ipython", "tool"],
]);

const ROLE_KEYS = ["role", "from"];
const CONTENT_KEYS = ["content", "value", "parts"];
const CALL_KEYS = ["tool_calls", "function_call"];

/**
 * The messages of a cell, up to the last answer that is learned: a list of objects with `role` and
 * `content` (OpenAI), `from` and `value` (ShareGPT) or `parts` (Gemini), or with question and
 * answer (BELLE, XTuner); an object with such a list as `messages`; one such object; or a
 * transcript with "Human:" and "Assistant:" before the turns (hh-rlhf). Empty where nothing is
 * answered. Answers of weight 0, those marked as not to be trained on, answers without a text and
 * calls of tools are not learned.
 * @throws Error saying what is wrong with the cell.
 */
export function readConversation(cell: string): ChatMessage[] {
  return uptoAnswer(readTurns(cell));
}

/** Without what comes after the last answer that is learned. */
export function uptoAnswer(messages: readonly ChatMessage[]): ChatMessage[] {
  return messages.slice(0, messages.findLastIndex(isLearned) + 1);
}

const isLearned = ({ role, learned }: ChatMessage) => role === "assistant" && learned !== false;

/** As `readConversation`, with all turns. */
export function readTurns(cell: string): ChatMessage[] {
  if (isTranscript(cell)) return readTranscript(cell);
  const value = readStructure(cell);
  if (value === undefined) {
    throw new Error(/^\s*\[/.test(cell) ? "is neither JSON nor Python's spelling of a list" : "is not JSON");
  }
  const turns: readonly unknown[] = isTurn(value) ? [value] : ((ownValue(value, "messages") ?? value) as unknown[]);
  if (!Array.isArray(turns)) throw new Error("is not a list of messages");
  if (turns.length > 0 && turns.every(isExchange)) return turns.flatMap(readExchange);
  return turns.map(readTurn);
}

function readTurn(entry: unknown, index: number): ChatMessage {
  const given = firstOwn(entry, ROLE_KEYS);
  const role = typeof given === "string" ? ROLES.get(given.trim().toLowerCase()) : undefined;
  if (!role) {
    const found = JSON.stringify(given ?? null).slice(0, 40);
    throw new Error(
      `has the role ${found} in message ${index + 1}; known are system, developer, user, assistant and tool, and ShareGPT's`,
    );
  }
  const said = firstOwn(entry, CONTENT_KEYS);
  if (given === "function_call") return { role, content: "", tool_calls: readCalls(said, index), learned: false };
  const calls = role === "assistant" ? firstOwn(entry, CALL_KEYS) : undefined;
  // An empty list of calls is none.
  if (calls !== undefined && !(Array.isArray(calls) && calls.length === 0)) {
    const content = said === undefined ? "" : textOf(said, index);
    return { role, content, tool_calls: readCalls(calls, index), learned: false };
  }
  const content = textOf(said, index);
  const silent = role === "assistant" && (content.trim() === "" || weightOf(entry, index) === 0 || isMasked(entry));
  return { role, content, ...(silent && { learned: false as const }) };
}

/** A question and its answer in one object, as BELLE and XTuner write them. */
const ASKED_KEYS = ["human", "user", "input"];
const SAID_KEYS = ["assistant", "gpt", "bot", "output"];

const isExchange = (entry: unknown) =>
  ownValue(entry, "role") === undefined &&
  typeof firstOwn(entry, ASKED_KEYS) === "string" &&
  typeof firstOwn(entry, SAID_KEYS) === "string";

function readExchange(entry: unknown, index: number): ChatMessage[] {
  const system = ownValue(entry, "system");
  const [asked, said] = [firstOwn(entry, ASKED_KEYS) as string, firstOwn(entry, SAID_KEYS) as string];
  const silent = said.trim() === "" || isMasked(entry);
  return [
    ...(index === 0 && typeof system === "string" && system !== ""
      ? [{ role: "system" as const, content: system }]
      : []),
    { role: "user", content: asked },
    { role: "assistant", content: said, ...(silent && { learned: false as const }) },
  ];
}

/** OpenAI's weight of an answer: 0 is read and not learned. */
function weightOf(entry: unknown, index: number): 0 | 1 {
  const weight = ownValue(entry, "weight") ?? 1;
  if (weight === 0 || weight === 1) return weight;
  throw new Error(`has the weight ${JSON.stringify(weight).slice(0, 40)} in message ${index + 1}; known are 0 and 1`);
}

/** Axolotl's and other tools' word for an answer that is read and not learned. */
const isMasked = (entry: unknown) =>
  ["train", "training", "loss", "trainable"].some((key) =>
    [false, 0].includes(ownValue(entry, key) as boolean | number),
  );

/** Of a turn, what some tools write beside its text and templates of some models read. */
const THOUGHTS = ["reasoning_content", "reasoning", "thinking"];

/** The first such key with a text in it in an answer of a cell; null where there is none. */
export function thoughtsIn(cell: string): string | null {
  if (!/reasoning|thinking/.test(cell)) return null;
  const value = readStructure(cell);
  const turns: readonly unknown[] = Array.isArray(value) ? value : [value];
  return THOUGHTS.find((key) => turns.some((turn) => typeof ownValue(turn, key) === "string")) ?? null;
}

/** Arguments become objects, as templates want them; OpenAI writes them as JSON in a text. */
function readCalls(given: unknown, index: number): ToolCall[] {
  const list = typeof given === "string" ? (readStructure(given) ?? given) : given;
  return (Array.isArray(list) ? list : [list]).map((call: unknown): ToolCall => {
    const asked = ownValue(call, "function") ?? call;
    const name = ownValue(asked, "name");
    if (typeof name !== "string") throw new Error(`calls a tool without a name in message ${index + 1}`);
    const given = firstOwn(asked, ["arguments", "parameters"]) ?? {};
    const read = typeof given === "string" ? (readStructure(given) ?? given) : given;
    return { type: "function", function: { name, arguments: read } };
  });
}

/** A text, or a list of which every part is one: pictures, sounds and files are not read. */
function textOf(content: unknown, index: number): string {
  const parts = Array.isArray(content) ? content : [content];
  const texts = parts.map((part: unknown) => (typeof part === "string" ? part : ownValue(part, "text")));
  if (texts.every((text) => typeof text === "string")) return texts.join("");
  const kinds = parts.map((part) => ownValue(part, "type"));
  const other = kinds.find((kind, place) => typeof kind === "string" && typeof texts[place] !== "string");
  if (typeof other === "string") {
    throw new Error(
      `has a part of the type ${JSON.stringify(other.slice(0, 40))}, which is not read, in message ${index + 1}`,
    );
  }
  throw new Error(`has no text as the content of message ${index + 1}`);
}

/** The text of a system prompt: plain, or a turn of its own (Gemini). */
export function systemText(cell: string): string {
  const value = readStructure(cell);
  const said = firstOwn(value, CONTENT_KEYS);
  return said === undefined ? cell : textOf(said, 0);
}

/** Alpaca's earlier exchanges: a list of pairs of a question and its answer, or of turns. */
export function readHistory(cell: string): ChatMessage[] {
  if (cell.trim() === "") return [];
  const value = readStructure(cell);
  if (!Array.isArray(value)) throw new Error('is not a list of pairs such as [["question", "answer"]]');
  if (value.length > 0 && value.every(isTurn)) return value.map(readTurn);
  return value.flatMap((pair: unknown, index): ChatMessage[] => {
    const [asked, said] = Array.isArray(pair) ? (pair as unknown[]) : [];
    if (typeof asked !== "string" || typeof said !== "string") {
      throw new Error(`has no question and answer as entry ${index + 1}`);
    }
    return [
      { role: "user", content: asked },
      { role: "assistant", content: said, ...(said.trim() === "" && { learned: false as const }) },
    ];
  });
}

/** Whether a cell is a conversation, with roles that are known or not. */
export function isTurns(cell: string): boolean {
  if (isTranscript(cell)) return true;
  const value = readStructure(cell);
  const turns = ownValue(value, "messages") ?? value;
  return Array.isArray(turns) ? turns.length > 0 && (turns.every(isTurn) || turns.every(isExchange)) : isTurn(turns);
}

function isTurn(value: unknown): boolean {
  const said = [...CONTENT_KEYS, ...CALL_KEYS].some((key) => ownKey(value, key));
  return typeof firstOwn(value, ROLE_KEYS) === "string" && said;
}

const ownKey = (value: unknown, key: string) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);

/** A line break before each turn's name, as Anthropic's files have it. */
const TURN = /\n\n(Human|Assistant):/g;

const isTranscript = (cell: string) => cell.startsWith("\n\nHuman:") && cell.includes("\n\nAssistant:");

function readTranscript(cell: string): ChatMessage[] {
  const names = [...cell.matchAll(TURN)];
  return names.map(({ 0: name, 1: who, index }, turn): ChatMessage => {
    const content = cell.slice(index + name.length, names[turn + 1]?.index).trim();
    const role = who === "Human" ? "user" : "assistant";
    return { role, content, ...(role === "assistant" && content === "" && { learned: false as const }) };
  });
}

/** What is asked before the last answer, as the model reads it, and that answer. */
export function lastExchange(
  messages: readonly ChatMessage[],
  tokenizer: ChatTokenizer,
): { prompt: string; response: string } {
  const asked = chatParts(messages, tokenizer).slice(0, -1);
  return { prompt: asked.map(({ text }) => text).join(""), response: messages.at(-1)!.content };
}

/**
 * The conversation cut where answers begin and end. A template that writes earlier turns otherwise
 * once more follow (it leaves out what a model thought) has only the last answer learned.
 * @throws Error with the template's own words where it refuses the conversation.
 */
function chatParts(given: readonly ChatMessage[], { chatTemplate, eosText = "" }: ChatTokenizer): ChatPart[] {
  const template = chatTemplate ?? plainTemplate(eosText);
  // A text that carries its own end would get two: the template writes one.
  const messages = given.map((message) =>
    eosText !== "" && message.role === "assistant" && message.content.endsWith(eosText)
      ? { ...message, content: message.content.slice(0, -eosText.length) }
      : message,
  );
  const whole = template(messages, false);
  if (whole.trim() === "") throw new Error("it writes nothing, so there is no answer to learn.");
  const answers = messages.flatMap((message, index) => (isLearned(message) ? [index] : []));
  const spans = answers.map((index) => {
    const before = template(messages.slice(0, index), true);
    const after = index === messages.length - 1 ? whole : template(messages.slice(0, index + 1), false);
    const fits = after.startsWith(before) && whole.startsWith(after);
    return fits ? { from: before.length, to: after.length } : null;
  });
  const last = spans.at(-1);
  if (!last) throw new Error("it does not write an answer after what asks for it.");
  const learned = spans.every((span) => span !== null) ? spans : [last];
  const parts: ChatPart[] = [];
  let place = 0;
  for (const { from, to } of learned) {
    if (from > place) parts.push({ text: whole.slice(place, from), learned: false });
    parts.push({ text: whole.slice(from, to), learned: true });
    place = to;
  }
  return parts;
}

/** A heading above every turn; the end-of-sequence token ends an answer. */
const plainTemplate = (eosText: string) => (messages: readonly ChatMessage[], answer: boolean) => {
  const titles = { system: "System", user: "User", assistant: "Assistant", tool: "Tool" } as const;
  const turns = messages.map(({ role, content, tool_calls: calls = [] }) => {
    const said = [content, ...calls.map((call) => JSON.stringify(call.function))].filter((text) => text !== "");
    return `### ${titles[role]}:\n${said.join("\n")}${role === "assistant" ? eosText : ""}`;
  });
  return [...turns, ...(answer ? [`### ${titles.assistant}:\n`] : [])].join("\n\n");
};

/**
 * Ids, and the next token as the label of every token after which an answer's comes. What is too
 * long loses its end; if no answer begins before that, its beginning instead, after the
 * beginning-of-sequence token.
 * @throws Error with the template's own words where it refuses the conversation.
 */
export function encodeConversation(
  tokenizer: ChatTokenizer,
  messages: readonly ChatMessage[],
  maxLength: number,
): { ids: Int32Array; labels: Int32Array; fullLength: number } {
  const begin = encodePrompt(tokenizer, "");
  const ids: number[] = [];
  const learned: boolean[] = [];
  for (const [index, part] of chatParts(messages, tokenizer).entries()) {
    const own =
      index === 0
        ? encodePrompt(tokenizer, part.text)
        : Array.from(tokenizer.encode(part.text, null, { specialTokens: false }));
    // Not by `push(...own)`: an answer may have more tokens than a call may have arguments.
    for (const id of own) {
      ids.push(id);
      learned.push(part.learned);
    }
  }
  const first = learned.indexOf(true);
  const end = learned.indexOf(false, first);
  const room = maxLength - begin.length;
  const start = first < maxLength ? begin.length : (end < 0 ? ids.length : end) - room;
  const kept = [
    ...begin.keys(),
    ...Array.from({ length: Math.min(room, ids.length - start) }, (_, index) => start + index),
  ];
  const next = (index: number) => {
    const place = kept[index + 1];
    return place !== undefined && learned[place] ? ids[place]! : -100;
  };
  return {
    ids: Int32Array.from(kept, (place) => ids[place]!),
    labels: Int32Array.from(kept, (_, index) => next(index)),
    fullLength: ids.length,
  };
}
