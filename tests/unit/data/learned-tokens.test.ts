/**
 * Which tokens of an answer are learned, where tools for tuning have gone wrong: padding that is
 * the end token, beginnings that are doubled, thoughts that the template adds, templates that write
 * nothing.
 */

import { expect, it } from "vitest";
import { createBatchArrays, fillBatch } from "../../../src/data/batches";
import { tokenLabels } from "../../../src/data/channels";
import { encodeConversation } from "../../../src/data/chat";
import { formats } from "../../../src/data/formats/registry";
import { encodeExchange, encodePrompt } from "../../../src/data/language";
import { readTable } from "../../../src/data/table";
import { openTokenizer, type Tokenizer } from "../../../src/hub/tokenizer";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "../hub/memory-folder";

/** The fixture's tokenizer, which begins every text with `<|bos|>`, with other settings. */
async function tokenizerWith(settings: object): Promise<Tokenizer> {
  const file = (await fixtureModel("tiny-llama").open("tokenizer.json"))!;
  const json = JSON.parse(new TextDecoder().decode(await file.read(0, file.size)));
  const tokens = { bos_token: "<|bos|>", eos_token: "<|eos|>", pad_token: "<|pad|>" };
  return openTokenizer(memoryFolder({ "tokenizer.json": json, "tokenizer_config.json": { ...tokens, ...settings } }));
}

const learnedBy = (tokenizer: Tokenizer, labels: Int32Array) =>
  tokenizer
    .piecesOf([...labels].filter((label) => label >= 0))
    .map(({ text }) => text)
    .join("");

const chat = [
  { role: "user", content: "Is it?" },
  { role: "assistant", content: "ok" },
] as const;

it("padding that is the end token: the answer's own end is learned, what is padded is not", async () => {
  const tokenizer = await tokenizerWith({ pad_token: "<|eos|>" });
  expect(tokenizer.padId).toBe(tokenizer.eosId);
  for (const { ids, labels } of [
    encodeExchange(tokenizer, { text: "Is it? ", response: "ok" }, 64),
    encodeConversation(tokenizer, chat, 64),
  ]) {
    expect(learnedBy(tokenizer, labels)).toBe("ok<|eos|>");
    const arrays = createBatchArrays(2, 64, [tokenLabels]);
    fillBatch([{ ids, labels }] as never, { rows: [0], bucket: 64 }, tokenizer.padId!, arrays);
    expect([...arrays.inputIds.slice(0, ids.length)]).toEqual([...ids]);
    expect([...arrays.inputIds.slice(ids.length, 64)]).toEqual(Array(64 - ids.length).fill(tokenizer.eosId));
    expect([...arrays.channels[tokenLabels.name]!.slice(0, ids.length)]).toEqual([...labels]);
    expect([...arrays.channels[tokenLabels.name]!.slice(ids.length)].every((label) => label === -100)).toBe(true);
  }
});

const turns =
  "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";

it.each<[string, (tokenizer: Tokenizer) => ArrayLike<number>]>([
  ["a raw text", (tokenizer) => encodePrompt(tokenizer, "Is it?")],
  ["a text that is written with it", (tokenizer) => encodePrompt(tokenizer, "<|bos|>Is it?")],
  [
    "a prompt and its answer",
    (tokenizer) => encodeExchange(tokenizer, { text: "<|bos|>Is it?", response: "ok" }, 64).ids,
  ],
  ["a chat whose template writes none", (tokenizer) => encodeConversation(tokenizer, chat, 64).ids],
])("begins once: %s", async (_, encode) => {
  for (const chat_template of [turns, `{{ bos_token }}${turns}`]) {
    const tokenizer = await tokenizerWith({ chat_template });
    const ids = Array.from(encode(tokenizer));
    expect(ids[0]).toBe(tokenizer.bosId);
    expect(ids.filter((id) => id === tokenizer.bosId)).toHaveLength(1);
  }
});

it("a thought that the prompt for an answer opens is not learned", async () => {
  const thought = "<think> </think>";
  const answer = `{% if m.role == 'assistant' %}${thought}{% endif %}{{ m.content }}`;
  const template = turns.replace("{{ m.content }}", answer).replace("[assistant]{%", `[assistant]${thought}{%`);
  const tokenizer = await tokenizerWith({ chat_template: template });
  expect(tokenizer.chatTemplate!(chat, false)).toContain(`[assistant]${thought}ok`);
  expect(learnedBy(tokenizer, encodeConversation(tokenizer, chat, 99).labels)).toBe("ok<|eos|>");
});

const messages = (count: number) => `{"messages":${JSON.stringify(Array(count).fill(chat).flat())}}\n`;

it.each<[string, string, RegExp]>([
  ["nothing", "", /template refuses this conversation: it writes nothing, so there is no answer to learn/],
  ["white space", "{{ ' \n' }}", /refuses this conversation: it writes nothing/],
  [
    "no prompt before an answer",
    "{% for m in messages %}{{ m.content }}{% endfor %}{% if add_generation_prompt %}[answer]{% endif %}",
    /refuses this conversation: it does not write an answer after what asks for it/,
  ],
])("a template that writes %s stops before the first step, with the row", async (_, template, message) => {
  const tokenizer = await tokenizerWith({ chat_template: template });
  const table = await readTable(new File([messages(1), messages(2)], "chats.jsonl"));
  const { examples } = formats["causal-lm"].read(table, { messages: "messages" }, null);
  expect(() => formats["causal-lm"].encode(examples[1]!, tokenizer, 64)).toThrow(message);
  expect(() => formats["causal-lm"].encode(examples[1]!, tokenizer, 64)).toThrow("row 2");
});

it("a row of which nothing is learned is an error with the row and its own limit", async () => {
  // It puts nothing before a text, so that the first token is predicted by none.
  const tokenizer = await openTokenizer(fixtureModel("tiny-gpt2"));
  const table = await readTable(new File(["text\nok\n"], "one.csv"));
  const { examples } = formats["causal-lm"].read(table, { prompt: "", response: "{text}" }, null);
  expect(() => formats["causal-lm"].encode(examples[0]!, tokenizer, 1)).toThrow(
    /row 2.*Within 1 token no token of this row is predicted by one before it/,
  );
});
