/**
 * Conversations against transformers: as its chat templates write them, token by token, and which
 * tokens are the assistant's.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ChatMessage, encodeConversation, isTurns, lastExchange, readConversation } from "../../../src/data/chat";
import { buildDataset } from "../../../src/data/dataset";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { encodePrompt } from "../../../src/data/language";
import { readTable } from "../../../src/data/table";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "../hub/memory-folder";

interface Case {
  readonly name: string;
  readonly template: string;
  readonly messages: ChatMessage[];
  readonly error?: string;
  readonly text: string;
  readonly asked: string;
  readonly ids: number[];
  readonly assistant: number[] | null;
}

const cases: Case[] = JSON.parse(readFileSync("tests/fixtures/chats.json", "utf8"));

async function tokenizerOf(template: string | null, asFile = false) {
  const model = fixtureModel("tiny-llama");
  const text = async (name: string) => {
    const file = (await model.open(name))!;
    return JSON.parse(new TextDecoder().decode(await file.read(0, file.size)));
  };
  const settings = { bos_token: "<|bos|>", eos_token: { content: "<|eos|>" }, pad_token: "<|pad|>" };
  return openTokenizer(
    memoryFolder({
      "tokenizer.json": await text("tokenizer.json"),
      "tokenizer_config.json": { ...settings, ...(template && !asFile && { chat_template: template }) },
      ...(template && asFile && { "chat_template.jinja": template }),
    }),
  );
}

describe.each(cases)("$name", ({ template, messages, error, text, asked, ids, assistant }) => {
  it(`is written as transformers writes ${messages.length} messages`, async () => {
    const tokenizer = await tokenizerOf(template);
    if (error) {
      expect(() => encodeConversation(tokenizer, messages, 200)).toThrow(error);
      return;
    }
    expect(tokenizer.chatTemplate!(messages, false)).toBe(text);
    expect(lastExchange(messages, tokenizer)).toEqual({ prompt: asked, response: messages.at(-1)!.content });
    const encoded = encodeConversation(tokenizer, messages, 200);
    // Where the tokenizer begins every text with a token, a conversation begins with it too, and
    // once.
    const own = ids[0] === tokenizer.bosId ? ids : [tokenizer.bosId, ...ids];
    expect(tokenizer.decode([...encoded.ids])).toBe(tokenizer.decode(own as number[]));
    if (!assistant) {
      // Earlier answers are written otherwise once more follow: only the last is learned.
      const learned = [...encoded.labels].filter((label) => label >= 0);
      expect(tokenizer.decode(learned)).toBe(messages.at(-1)!.content);
      return;
    }
    const mask = own === ids ? assistant : [0, ...assistant];
    const expected = (own as number[]).filter((_, place) => mask[place] === 1);
    const learned = [...encoded.labels].filter((label) => label >= 0);
    expect(tokenizer.decode(learned)).toBe(tokenizer.decode(expected));
    expect(learned.filter((id) => id === tokenizer.eosId)).toHaveLength(
      messages.filter(({ role }) => role === "assistant").length,
    );
    // What is generated after the prompt begins where training saw the answer begin.
    const prompt = encodePrompt(tokenizer, asked);
    expect([...encoded.ids.slice(0, prompt.length)].length).toBe(prompt.length);
    if (messages.length === 2) {
      expect([...encoded.ids.slice(0, prompt.length)]).toEqual(prompt);
      expect(encoded.labels[prompt.length - 1]).toBe(encoded.ids[prompt.length]);
      expect(encoded.labels[prompt.length - 2]).toBe(-100);
    }
  });
});

const answered: ChatMessage[] = [
  { role: "user", content: "a b c d e f" },
  { role: "assistant", content: "yes" },
  { role: "user", content: "g h" },
  { role: "assistant", content: "no no no" },
];

it("a model without a template gets plain headings, and chat_template.jinja is read", async () => {
  const tokenizer = await tokenizerOf(null);
  expect(tokenizer.chatTemplate).toBeNull();
  const { prompt } = lastExchange(answered, tokenizer);
  expect(prompt).toBe("### User:\na b c d e f\n\n### Assistant:\nyes<|eos|>\n\n### User:\ng h\n\n### Assistant:\n");
  const { labels } = encodeConversation(tokenizer, answered, 200);
  expect(
    tokenizer
      .piecesOf([...labels].filter((label) => label >= 0))
      .map(({ text }) => text)
      .join(""),
  ).toBe("yes<|eos|>no no no<|eos|>");
  const other = await tokenizerOf("{{ messages[0].content }}", true);
  expect(other.chatTemplate!(answered, false)).toBe("a b c d e f");
  await expect(tokenizerOf("{% if %}")).rejects.toThrow(/chat template of .* cannot be read/);
});

it("what is too long loses its end, or its beginning where no answer would be left", async () => {
  const tokenizer = await tokenizerOf(null);
  const whole = encodeConversation(tokenizer, answered, 200);
  const some = encodeConversation(tokenizer, answered, whole.ids.length - 3);
  expect([...some.ids]).toEqual([...whole.ids.slice(0, -3)]);
  expect(some.fullLength).toBe(whole.ids.length);
  const late = [{ role: "user", content: "a b c d e f ".repeat(20) }, answered[1]!] as ChatMessage[];
  const cut = encodeConversation(tokenizer, late, 12);
  expect(cut.ids).toHaveLength(12);
  expect([cut.ids[0], cut.ids.at(-1)]).toEqual([tokenizer.bosId, tokenizer.eosId]);
  expect([...cut.labels].filter((label) => label >= 0).at(-1)).toBe(tokenizer.eosId);
});

it("reads messages as OpenAI and ShareGPT write them, and says what is wrong", () => {
  const said = [
    { role: "user", content: "a" },
    { role: "assistant", content: [{ type: "text", text: "b" }] },
    { role: "user", content: "c" },
  ];
  const expected = [
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
  ];
  expect(readConversation(JSON.stringify(said))).toEqual(expected);
  const shared = [
    { from: "human", value: "a" },
    { from: "gpt", value: "b" },
  ];
  expect(readConversation(JSON.stringify(shared))).toEqual(expected);
  expect(readConversation('[{"role": "user", "content": "a"}]')).toEqual([]);
  expect(() => readConversation("hello")).toThrow("is not JSON");
  expect(() => readConversation("{}")).toThrow("is not a list of messages");
  expect(() => readConversation('[{"role": "tool", "content": "a"}]')).not.toThrow();
  expect(() => readConversation('[{"role": "robot", "content": "a"}]')).toThrow('has the role "robot" in message 1');
  expect(() => readConversation('[{"role": "user", "content": null}]')).toThrow(
    "has no text as the content of message 1",
  );
  expect([isTurns("[1, 2]"), isTurns(JSON.stringify(shared))]).toEqual([false, true]);
});

it("a file of conversations is guessed, and a bad cell is named", async () => {
  const line = (messages: unknown) => JSON.stringify({ id: 1, messages });
  const table = (lines: string[]) => readTable(new File([lines.join("\n")], "chats.jsonl"));
  const unanswered = [{ role: "user", content: "x" }];
  const open = await table([line(answered), line(unanswered), line(answered.slice(0, 2))].map(String));
  expect(guessTask({ ...open, rows: open.rows.filter((_, row) => row !== 1) })).toEqual({
    task: "causal-lm",
    columns: { messages: "messages" },
  });
  const settings = {
    task: "causal-lm",
    columns: { messages: "messages" },
    validationFraction: 0.5,
    maxLength: 99,
    seed: 0,
  } as const;
  const { train, validation, notices } = buildDataset({ train: open, validation: null, test: null }, settings);
  expect([...train, ...validation].map(({ response }) => response).sort()).toEqual(["no no no", "yes"]);
  expect(notices.join()).toMatch(/skipped 1 row without an answer \(row 2\)/);
  const bad = await table([line(answered), line([{ role: "robot", content: "x" }])]);
  expect(() => formats["causal-lm"].read(bad, { messages: "messages" }, null)).toThrow(
    /chats\.jsonl.*row 2.*"messages".*role "robot"/,
  );
});
