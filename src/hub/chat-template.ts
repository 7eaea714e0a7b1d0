/**
 * A model's own chat template: Jinja beside its tokenizer, written out as transformers does. Not
 * for what is learned of a chat.
 */

import { boundedTemplate } from "./bounded-template";
import type { ModelFolder } from "./types";

/**
 * A conversation as one text; with the heading of an answer after it if `answer`. Throws an Error
 * where the template refuses it or leaves its bounds.
 */
export type ChatTemplate = (
  messages: readonly { readonly role: string; readonly content: string }[],
  answer: boolean,
) => string;

/**
 * The template of `chat_template.jinja`, or of tokenizer_config.json: a text, or the one called
 * `default` among several. Null where there is none.
 * @throws Error when it is no Jinja.
 */
export async function openChatTemplate(
  folder: ModelFolder,
  settings: Readonly<Record<string, unknown>>,
): Promise<ChatTemplate | null> {
  const file = await folder.open("chat_template.jinja");
  const source = file
    ? new TextDecoder("utf-8").decode(await file.read(0, file.size))
    : templateText(settings.chat_template);
  if (source === null) return null;
  let render: ReturnType<typeof boundedTemplate>;
  try {
    render = boundedTemplate(source);
  } catch (error) {
    throw new Error(
      `The chat template of ${folder.source} cannot be read: ${(error as Error).message}. Remove it to use the studio's plain one.`,
    );
  }
  const tokens = Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const content = typeof value === "string" ? value : (value as { content?: unknown } | null)?.content;
      return /^[a-z]+_token$/.test(key) && typeof content === "string" ? [[key, content]] : [];
    }),
  );
  const given = { ...tokens, tools: null, documents: null };
  return (messages, answer) => render({ ...given, messages, add_generation_prompt: answer });
}

function templateText(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const named = value as { name?: unknown; template?: unknown }[];
  const chosen = named.find(({ name }) => name === "default") ?? named[0];
  return typeof chosen?.template === "string" ? chosen.template : null;
}
