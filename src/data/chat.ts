/**
 * Conversations: a cell to messages, and messages to tokens with a label wherever a token of an
 * answer comes next. Written with the model's own chat template; a model that has none gets a
 * heading above every turn.
 */

import { encodePrompt, type LanguageTokenizer } from "./language";

export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
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

const ROLES: Readonly<Record<string, ChatMessage["role"]>> = {
  system: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
};

/**
 * The messages of a cell: a JSON array of objects with `role` and `content` (or ShareGPT's `from`
 * and `value`), up to the last answer. Empty where nothing is answered.
 * @throws Error saying what is wrong with the cell.
 */
export function readConversation(cell: string): ChatMessage[] {
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    throw new Error("is not JSON");
  }
  if (!Array.isArray(value)) throw new Error("is not a list of messages");
  const messages = value.map((entry: unknown, index): ChatMessage => {
    const { role, from, content, value: said } = (entry ?? {}) as Record<string, unknown>;
    const known = ROLES[String(role ?? from)];
    if (!known) {
      const found = JSON.stringify(role ?? from ?? null);
      throw new Error(`has the role ${found} in message ${index + 1}; known are system, user and assistant`);
    }
    return { role: known, content: textOf(content ?? said, index) };
  });
  return messages.slice(0, messages.findLastIndex(({ role }) => role === "assistant") + 1);
}

/** A text, or a list of which every part is one. */
function textOf(content: unknown, index: number): string {
  const parts = Array.isArray(content) ? content : [content];
  const texts = parts.map((part: unknown) =>
    typeof part === "string" ? part : (part as { text?: unknown } | null)?.text,
  );
  if (texts.every((text) => typeof text === "string")) return texts.join("");
  throw new Error(`has no text as the content of message ${index + 1}`);
}

/** Whether a cell looks like a conversation. */
export function isConversation(cell: string): boolean {
  if (!cell.trimStart().startsWith("[")) return false;
  try {
    return readConversation(cell).length > 0;
  } catch {
    return false;
  }
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
function chatParts(messages: readonly ChatMessage[], { chatTemplate, eosText = "" }: ChatTokenizer): ChatPart[] {
  const template = chatTemplate ?? plainTemplate(eosText);
  const whole = template(messages, false);
  const answers = messages.flatMap(({ role }, index) => (role === "assistant" ? [index] : []));
  const spans = answers.map((index) => {
    const before = template(messages.slice(0, index), true);
    const after = index === messages.length - 1 ? whole : template(messages.slice(0, index + 1), false);
    const fits = after.startsWith(before) && whole.startsWith(after);
    return fits ? { from: before.length, to: after.length } : null;
  });
  const last = spans.at(-1);
  if (!last) throw new Error("The model's chat template does not write an answer after what asks for it.");
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
  const titles = { system: "System", user: "User", assistant: "Assistant" } as const;
  const turns = messages.map(
    ({ role, content }) => `### ${titles[role]}:\n${content}${role === "assistant" ? eosText : ""}`,
  );
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
    // One by one: an engine takes only so many arguments, and an answer may have more tokens.
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
