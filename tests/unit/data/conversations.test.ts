/**
 * Files of conversations as people and tools write them: which columns are guessed, what the model
 * reads of a row, and what of it is learned (between ⟪ and ⟫).
 */

import { describe, expect, it } from "vitest";
import { encodeConversation, readConversation, readTurns } from "../../../src/data/chat";
import { buildDataset } from "../../../src/data/dataset";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { openTable } from "../../../src/data/open-table";
import { encodeText } from "../../../src/data/tokens";
import type { ColumnRoles } from "../../../src/data/types";
import { openTokenizer, type Tokenizer } from "../../../src/hub/tokenizer";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "../hub/memory-folder";

const jsonLines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const user = (content: string) => ({ role: "user", content });
const assistant = (content: unknown, more = {}) => ({ role: "assistant", content, ...more });
const system = (content: string) => ({ role: "system", content });

async function tokenizerOf(template: string | null): Promise<Tokenizer> {
  const model = fixtureModel("tiny-llama");
  const file = (await model.open("tokenizer.json"))!;
  const settings = { bos_token: "<|bos|>", eos_token: "<|eos|>", pad_token: "<|pad|>" };
  return openTokenizer(
    memoryFolder({
      "tokenizer.json": JSON.parse(new TextDecoder().decode(await file.read(0, file.size))),
      "tokenizer_config.json": { ...settings, ...(template && { chat_template: template }) },
    }),
  );
}

const plain = await tokenizerOf(null);

/** Every row as the model reads it. */
async function read(name: string, content: string, tokenizer = plain, chosen?: ColumnRoles) {
  const table = await openTable(new File([content], name));
  const guess = chosen ? { task: "causal-lm" as const, columns: chosen } : guessTask(table);
  const settings = { ...guess, validationFraction: 0.25, maxLength: 200, seed: 0 };
  const { train, validation, notices } = buildDataset({ train: table, validation: null, test: null }, settings);
  const examples = [...train, ...validation].sort((a, b) => a.row - b.row);
  const rows = examples.map((example) => {
    const { ids, labels } = formats[guess.task].encode(example, tokenizer, 200);
    const pieces = tokenizer.piecesOf(ids).map(({ text }, place) => ({ text, learned: labels[place - 1]! >= 0 }));
    const marked = pieces.map(({ text, learned }, place) => {
      const before = place > 0 && pieces[place - 1]!.learned;
      return `${learned === before ? "" : learned ? "⟪" : "⟫"}${text}`;
    });
    return marked.join("") + (pieces.at(-1)!.learned ? "⟫" : "");
  });
  return { guess, rows, notices };
}

/** A file, the columns that are guessed, what is read of its first row, and what is said. */
interface Case {
  readonly name: string;
  /** Default: data.jsonl. */
  readonly file?: string;
  readonly rows: readonly unknown[];
  readonly columns: ColumnRoles;
  readonly first: string;
  readonly count?: number;
  readonly notices?: readonly string[];
}

const call = { id: "c", type: "function", function: { name: "weather", arguments: '{"town": "Oslo"}' } };
const asked = "<|bos|>### User:\nCapital of Peru?\n\n### Assistant:\n";
const answers = [assistant("Lima.")];

const cases: Case[] = [
  {
    name: "one row in the first three has no answer",
    rows: [
      { messages: [user("Capital of Peru?"), ...answers] },
      { messages: [user("Hello?")] },
      { messages: [user("x"), assistant("y")] },
    ],
    columns: { messages: "messages" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
    count: 2,
    notices: ["data.jsonl: skipped 1 row without an answer (row 2)."],
  },
  {
    name: "TRL's lists of prompt and completion are joined",
    rows: [
      { prompt: [system("Answer in one word."), user("Colour of grass?")], completion: [assistant("Green.")] },
      { prompt: [system("Answer in one word."), user("Colour of snow?")], completion: [assistant("White.")] },
    ],
    columns: { prompt: "{prompt}", response: "{completion}" },
    first: "<|bos|>### System:\nAnswer in one word.\n\n### User:\nColour of grass?\n\n### Assistant:\n⟪Green.<|eos|>⟫",
  },
  {
    name: "a list of turns as the prompt and a text as its completion",
    rows: ["Lima.", "Rome."].map((completion) => ({ prompt: [user("Capital of Peru?")], completion })),
    columns: { prompt: "{prompt}", response: "{completion}" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  {
    name: "a text as the prompt and a list of turns as its completion",
    rows: ["Lima.", "Rome."].map((city) => ({ prompt: "Capital of Peru?", completion: [assistant(city)] })),
    columns: { prompt: "{prompt}", response: "{completion}" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  {
    name: "TRL's preferences: the chosen answer after the prompt, the rejected one is named",
    rows: ["Lima.", "Rome."].map((city) => ({
      ...{ rejected: [assistant("Toast.")], chosen: [assistant(city)], prompt: [user("Capital of Peru?")] },
    })),
    columns: { prompt: "{prompt}", response: "{chosen}" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
    notices: ['data.jsonl: not used: column "rejected" (the answer that is not wanted, for preference tuning).'],
  },
  {
    name: "OpenAI's calls of tools are context",
    rows: [
      {
        messages: [
          user("Oslo?"),
          assistant(null, { tool_calls: [call] }),
          { role: "tool", content: "4" },
          assistant("4 degrees."),
        ],
        tools: [{ type: "function" }],
      },
      { messages: [user("Hello"), assistant("Hello, which town?")] },
    ],
    columns: { messages: "messages" },
    first:
      '<|bos|>### User:\nOslo?\n\n### Assistant:\n{"name":"weather","arguments":{"town":"Oslo"}}<|eos|>\n\n' +
      "### Tool:\n4\n\n### Assistant:\n⟪4 degrees.<|eos|>⟫",
    notices: ['data.jsonl: not used: column "tools" (the tools that may be called).'],
  },
  {
    name: "ShareGPT's function_call and observation are context",
    rows: ["Oslo?", "Rome?"].map((town) => ({
      conversations: [
        { from: "human", value: town },
        { from: "function_call", value: '{"name": "weather", "arguments": {"town": "Oslo"}}' },
        { from: "observation", value: "4" },
        { from: "gpt", value: "4 degrees." },
      ],
    })),
    columns: { messages: "conversations" },
    first:
      '<|bos|>### User:\nOslo?\n\n### Assistant:\n{"name":"weather","arguments":{"town":"Oslo"}}<|eos|>\n\n' +
      "### Tool:\n4\n\n### Assistant:\n⟪4 degrees.<|eos|>⟫",
  },
  {
    name: "the role developer is a system prompt",
    rows: [
      { messages: [{ role: "developer", content: "Be brief." }, user("Capital of Peru?"), ...answers] },
      { messages: [user("a"), assistant("b")] },
    ],
    columns: { messages: "messages" },
    first: "<|bos|>### System:\nBe brief.\n\n### User:\nCapital of Peru?\n\n### Assistant:\n⟪Lima.<|eos|>⟫",
  },
  {
    name: "ShareGPT's user and chatgpt",
    rows: ["Lima.", "Rome."].map((value, id) => ({
      id: `A ${id}`,
      conversations: [
        { from: "user", value: "Capital of Peru?" },
        { from: "chatgpt", value },
      ],
    })),
    columns: { messages: "conversations" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  {
    name: "LangChain's human and ai, Cohere's User and Chatbot",
    rows: [
      {
        messages: [
          { role: "human", content: "Capital of Peru?" },
          { role: "ai", content: "Lima." },
        ],
      },
      {
        messages: [
          { role: "User", content: "Capital of Peru?" },
          { role: "Chatbot", content: "Lima, I think." },
        ],
      },
    ],
    columns: { messages: "messages" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  {
    name: "an answer of weight 0 is not learned",
    rows: ["Lima.", "Yes."].map((last) => ({
      messages: [
        user("Capital of Peru?"),
        assistant("Quito.", { weight: 0 }),
        user("Sure?"),
        assistant(last, { weight: 1 }),
      ],
    })),
    columns: { messages: "messages" },
    first: `${asked}Quito.<|eos|>\n\n### User:\nSure?\n\n### Assistant:\n⟪Lima.<|eos|>⟫`,
  },
  {
    name: "a column with the system prompt is the first turn",
    rows: ["pirate", "butler"].map((who) => ({
      conversations: [
        { from: "human", value: "Who are you?" },
        { from: "gpt", value: `A ${who}.` },
      ],
      ...{ system: `Talk like a ${who}.`, tools: "" },
    })),
    columns: { messages: "conversations", system: "system" },
    first: "<|bos|>### System:\nTalk like a pirate.\n\n### User:\nWho are you?\n\n### Assistant:\n⟪A pirate.<|eos|>⟫",
  },
  {
    name: "Gemini's contents and system instruction",
    rows: ["Lima.", "Rome."].map((text) => ({
      systemInstruction: { role: "system", parts: [{ text: "Be brief." }] },
      contents: [
        { role: "user", parts: [{ text: "Capital of Peru?" }] },
        { role: "model", parts: [{ text }] },
      ],
    })),
    columns: { messages: "contents", system: "systemInstruction" },
    first: "<|bos|>### System:\nBe brief.\n\n### User:\nCapital of Peru?\n\n### Assistant:\n⟪Lima.<|eos|>⟫",
  },
  {
    name: "hh-rlhf's transcripts: the chosen one",
    rows: ["Lima.", "Rome."].map((city) => ({
      chosen: `\n\nHuman: Capital of Peru?\n\nAssistant: ${city}`,
      rejected: "\n\nHuman: Capital of Peru?\n\nAssistant: Toast.",
    })),
    columns: { messages: "chosen" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
    notices: ['data.jsonl: not used: column "rejected" (the answer that is not wanted, for preference tuning).'],
  },
  {
    name: "Alpaca with a system prompt and earlier turns, which are learned as in LLaMA-Factory",
    rows: ["Lima.", "Rome."].map((output) => ({
      ...{ instruction: "Capital?", input: "Peru", output, system: "Be brief.", history: [["Hi", "Hello"]] },
    })),
    columns: { prompt: "{instruction}\n{input}", response: "{output}", system: "system", history: "history" },
    first:
      "<|bos|>### System:\nBe brief.\n\n### User:\nHi\n\n### Assistant:\n⟪Hello<|eos|>⟫\n\n" +
      "### User:\nCapital?\nPeru\n\n### Assistant:\n⟪Lima.<|eos|>⟫",
  },
  {
    name: "Alpaca without either keeps its headings",
    rows: ["Lima.", "Rome."].map((output) => ({
      ...{ instruction: "Capital?", input: "", output, history: [], system: "" },
    })),
    columns: {
      prompt: "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
      response: "{output}",
    },
    first: "<|bos|>### Instruction:\nCapital?\n\n### Response:\n⟪Lima.<|eos|>⟫",
  },
  {
    name: "Alpaca with an input that is always empty, and few different answers",
    rows: ["yes", "no", "yes", "yes"].map((output, row) => ({ instruction: `Is it ${row}?`, input: "", output })),
    columns: {
      prompt: "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
      response: "{output}",
    },
    first: "<|bos|>### Instruction:\nIs it 0?\n\n### Response:\n⟪yes<|eos|>⟫",
  },
  {
    name: "Alpaca with a system prompt, an empty input and numbers as answers",
    rows: [1, 2, 3, 4].map((row) => ({ instruction: `Add ${row}`, input: "", output: row + 1, system: "Be brief." })),
    columns: { prompt: "{instruction}\n{input}", response: "{output}", system: "system" },
    first: "<|bos|>### System:\nBe brief.\n\n### User:\nAdd 1\n\n### Assistant:\n⟪2<|eos|>⟫",
  },
  {
    name: "translations of the Hub",
    rows: [1, 2, 3].map((row) => ({ id: row, translation: { en: `dog ${row}`, de: `Hund ${row}` } })),
    columns: { prompt: "{source}\n", response: "{target}" },
    first: "<|bos|>dog 1\n⟪Hund 1<|eos|>⟫",
    notices: ['data.jsonl: the translations are read as columns: "en" as "source", "de" as "target".'],
  },
  {
    name: "SQuAD's flat rows",
    rows: ["Lima", "Rome"].map((text) => ({
      ...{ id: text, title: "T", context: `${text} is it.`, question: "Which?" },
      answers: { text: [text, "it"], answer_start: [0, 8] },
    })),
    columns: { prompt: "{context}\n\n{question}\n", response: "{answer}" },
    first: "<|bos|>Lima is it.\n\nWhich?\n⟪Lima<|eos|>⟫",
    notices: [
      'data.jsonl: the text in "answers" became the column "answer", the first of several in 2 rows (rows 1, 2).',
    ],
  },
  {
    name: "SQuAD's nested file",
    file: "train-v2.0.json",
    rows: [
      {
        version: "v2.0",
        data: ["Lima", "Rome"].map((text, article) => ({
          title: text,
          paragraphs: [
            {
              context: `${text} is it.`,
              qas: [
                { question: "Which?", id: text, answers: [{ text, answer_start: 0 }], is_impossible: false },
                ...(article === 0 ? [{ question: "Why?", id: `${text}?`, answers: [], is_impossible: true }] : []),
              ],
            },
          ],
        })),
      },
    ],
    columns: { prompt: "{context}\n\n{question}\n", response: "{answer}" },
    first: "<|bos|>Lima is it.\n\nWhich?\n⟪Lima<|eos|>⟫",
    count: 2,
    notices: [
      'train-v2.0.json: 2 rows of the list "data" were read.',
      "train-v2.0.json: 2 articles of SQuAD with 3 questions are read as a row a question; 1 of them has no answer. Of several answers the first is read.",
      "train-v2.0.json: skipped 1 row without a response (row 2).",
    ],
  },
  {
    name: "dolly's context belongs to the question",
    rows: ["A fox.", "A dog."].map((response) => ({
      ...{ instruction: "Who?", context: "In the den.", response, category: "qa" },
    })),
    columns: {
      prompt: "### Instruction:\n{instruction}\n\n### Input:\n{context}\n\n### Response:\n",
      response: "{response}",
    },
    first: "<|bos|>### Instruction:\nWho?\n\n### Input:\nIn the den.\n\n### Response:\n⟪A fox.<|eos|>⟫",
  },
  {
    name: "KTO: what is judged bad is learned too, which is said",
    rows: ["Lima.", "Toast.", "Rome.", "Lima."].map((completion, row) => ({
      prompt: "Capital?",
      completion,
      label: row % 2 === 0,
    })),
    columns: { prompt: "{prompt}\n", response: "{completion}" },
    first: "<|bos|>Capital?\n⟪Lima.<|eos|>⟫",
    notices: [
      'data.jsonl: not used: column "label" (a judgement of the answer, for KTO).',
      'data.jsonl: 2 answers with "label" false are learned like the others; take these rows out of the file if they are not wanted.',
    ],
  },
  {
    name: "OpenAI's preferences",
    rows: ["Lima.", "Rome."].map((city) => ({
      input: { messages: [user("Capital of Peru?")], tools: [] },
      preferred_output: [assistant(city)],
      non_preferred_output: [assistant("Quito.")],
    })),
    columns: { prompt: "{input}", response: "{preferred_output}" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
    notices: [
      'data.jsonl: not used: column "non_preferred_output" (the answer that is not wanted, for preference tuning).',
    ],
  },
  {
    name: "TRL's preferences as texts",
    rows: ["Lima.", "Rome."].map((chosen) => ({ prompt: "Capital of Peru?", chosen, rejected: "Quito." })),
    columns: { prompt: "{prompt}\n", response: "{chosen}" },
    first: "<|bos|>Capital of Peru?\n⟪Lima.<|eos|>⟫",
    notices: ['data.jsonl: not used: column "rejected" (the answer that is not wanted, for preference tuning).'],
  },
  {
    name: "OpenAI's batches: turns within an object",
    rows: ["Lima.", "Rome."].map((city, row) => ({
      custom_id: `${row}`,
      body: { model: "m", messages: [user("Capital of Peru?"), assistant(city)] },
    })),
    columns: { messages: "body" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  ...[
    ["human", "assistant"],
    ["input", "output"],
  ].map(([ask, say]) => ({
    name: `a question and its answer in one object ("${ask}", "${say}")`,
    rows: ["Lima.", "Rome."].map((city, row) => ({
      category: `kind ${row}`,
      conversation: [
        { system: "Be brief.", [ask!]: "Capital of Peru?", [say!]: city },
        { [ask!]: "And now?", [say!]: "" },
      ],
    })),
    columns: { messages: "conversation" },
    first: `<|bos|>### System:\nBe brief.\n\n### User:\nCapital of Peru?\n\n### Assistant:\n⟪Lima.<|eos|>⟫`,
  })),
  ...["train", "training", "trainable", "loss"].map((key) => ({
    name: `an answer with "${key}": false is not learned`,
    rows: ["Lima.", "Rome."].map((city) => ({
      messages: [
        user("Capital of Peru?"),
        assistant("Quito.", { [key]: false }),
        user("No."),
        assistant(city, { [key]: true }),
      ],
    })),
    columns: { messages: "messages" },
    first: `${asked}Quito.<|eos|>\n\n### User:\nNo.\n\n### Assistant:\n⟪Lima.<|eos|>⟫`,
  })),
  ...["reasoning_content", "thinking"].map((key) => ({
    name: `what a model thought ("${key}") is named`,
    rows: ["Lima.", "Rome."].map((city, row) => ({
      messages: [user("Capital of Peru?"), assistant(city, row === 0 ? { [key]: "A town." } : {})],
    })),
    columns: { messages: "messages" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
    notices: [
      `data.jsonl: not used: "${key}" of answers in 1 row (row 1). Write it into the text of the answer if it is to be learned.`,
    ],
  })),
  {
    name: "an empty input leaves no line breaks in a turn",
    rows: ["Lima.", "Rome."].map((output) => ({
      instruction: "Capital of Peru?",
      input: "",
      output,
      history: [["a", "b"]],
    })),
    columns: { prompt: "{instruction}\n{input}", response: "{output}", history: "history" },
    first: `<|bos|>### User:\na\n\n### Assistant:\n⟪b<|eos|>⟫\n\n### User:\nCapital of Peru?\n\n### Assistant:\n⟪Lima.<|eos|>⟫`,
  },
  {
    name: "texts with tokens of their own have one of each",
    rows: ["Q: Peru? A: Lima.", "Q: Two? A: Three."].map((text) => ({ text: `<|bos|>${text}<|eos|>` })),
    columns: { prompt: "", response: "{text}" },
    first: "<|bos|>⟪Q: Peru? A: Lima.<|eos|>⟫",
  },
  {
    name: "an answer that carries its end has one",
    rows: ["Lima.", "Rome."].map((city) => ({ messages: [user("Capital of Peru?"), assistant(`${city}<|eos|>`)] })),
    columns: { messages: "messages" },
    first: `${asked}⟪Lima.<|eos|>⟫`,
  },
  {
    name: "turns without a text are asked, not learned",
    rows: [
      { messages: [user(""), assistant(""), user("Capital of Peru?"), assistant("Lima.")] },
      { messages: [user("x"), assistant("")] },
      { messages: [user("x"), assistant("y")] },
    ],
    columns: { messages: "messages" },
    first: `<|bos|>### User:\n\n\n### Assistant:\n<|eos|>\n\n### User:\nCapital of Peru?\n\n### Assistant:\n⟪Lima.<|eos|>⟫`,
    count: 2,
    notices: ["data.jsonl: skipped 1 row without an answer (row 2)."],
  },
];

describe("a file of conversations", () => {
  it.each(cases)("$name", async ({ file = "data.jsonl", rows, columns, first, count = rows.length, notices = [] }) => {
    const found = await read(file, jsonLines(rows));
    expect(found.guess).toEqual({ task: "causal-lm", columns });
    expect(found.rows[0]).toBe(first);
    expect(found.rows).toHaveLength(count);
    const others = found.notices.filter((notice) => !/same text as an earlier row|put with the training/.test(notice));
    expect(others).toEqual(notices);
  });

  it("in Python's spelling, as pandas writes them into a CSV", async () => {
    const cell = `"[{'role': 'user', 'content': ""What's the tallest?""}, {'role': 'assistant', 'content': 'The giraffe.', 'x': None}]"`;
    const found = await read("messages.csv", `id,messages\n1,${cell}\n2,${cell.replace("tallest", "fastest")}\n`);
    expect(found.guess.columns).toEqual({ messages: "messages" });
    expect(found.rows[0]).toBe("<|bos|>### User:\nWhat's the tallest?\n\n### Assistant:\n⟪The giraffe.<|eos|>⟫");
  });

  it("of an older configuration reads what it named, and names the system prompt that is not read", async () => {
    const rows = ["a", "b"].map((value) => ({
      conversations: [
        { from: "human", value: "q" },
        { from: "gpt", value },
      ],
      system: "S",
    }));
    const found = await read("data.jsonl", jsonLines(rows), plain, { messages: "conversations" });
    expect(found.rows[0]).toBe("<|bos|>### User:\nq\n\n### Assistant:\n⟪a<|eos|>⟫");
    expect(found.notices).toContain('data.jsonl: not used: column "system" (a system prompt).');
  });
});

describe("a model's own template", () => {
  it("gets the calls of tools with their arguments as an object", async () => {
    const template =
      "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if m.tool_calls %}{% for c in m.tool_calls %}" +
      "{{ c.function.name }}:{{ c.function.arguments.town }}{% endfor %}{% endif %}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}" +
      "{% if add_generation_prompt %}<assistant>{% endif %}";
    const rows = [1, 2].map((n) => ({
      messages: [
        user("Oslo?"),
        assistant(null, { tool_calls: [call] }),
        { role: "tool", content: "4" },
        assistant(`${n} degrees.`),
      ],
    }));
    const found = await read("data.jsonl", jsonLines(rows), await tokenizerOf(template));
    expect(found.rows[0]).toBe("<|bos|><user>Oslo?<assistant>weather:Oslo<|eos|><tool>4<assistant>⟪1 degrees.<|eos|>⟫");
  });

  it("that names one token as padding and as end learns the end", async () => {
    const model = fixtureModel("tiny-llama");
    const file = (await model.open("tokenizer.json"))!;
    const same = await openTokenizer(
      memoryFolder({
        "tokenizer.json": JSON.parse(new TextDecoder().decode(await file.read(0, file.size))),
        "tokenizer_config.json": { bos_token: "<|bos|>", eos_token: "<|eos|>", pad_token: "<|eos|>" },
      }),
    );
    const { labels } = encodeConversation(same, readConversation(JSON.stringify([user("a"), assistant("ok")])), 50);
    const learned = [...labels].filter((label) => label >= 0);
    expect(same.padId).toBe(same.eosId);
    expect(learned.at(-1)).toBe(same.eosId);
    expect(same.decode(learned.slice(0, -1))).toBe("ok");
  });

  it("that writes nothing is refused with the row", async () => {
    const rows = [1, 2].map((n) => ({ messages: [user("a"), assistant(`${n}`)] }));
    await expect(read("data.jsonl", jsonLines(rows), await tokenizerOf("{# nothing #}"))).rejects.toThrow(
      /row [12]: The model.s chat template refuses this conversation: it writes nothing/,
    );
  });
});

it.each([
  ["a b", [1, 97, 98, 2]],
  ["<s>a b</s>", [1, 97, 98, 2]],
  ["<s>", [1, 2]],
  ["a</s>", [1, 97, 2]],
  ["<s>a<s>b", [1, 97, 1, 98, 2]],
])("a text to classify that is written as %s has its special tokens once", (written, expected) => {
  const tokenizer = {
    ...{ trailingSpecials: 1, eosId: 2, encodeWords: () => ({ ids: [], wordOf: [] }) },
    encode: (own: string) => {
      const pieces = own.match(/<\/?s>|[a-z]/g) ?? [];
      return [1, ...pieces.map((piece) => ({ "<s>": 1, "</s>": 2 })[piece] ?? piece.charCodeAt(0)), 2];
    },
  };
  const { ids } = encodeText({ text: written, textPair: null, label: 0, row: 1 }, tokenizer, 50);
  expect([...ids]).toEqual(expected);
});

it("an answer of 200,000 words is cut, not refused", () => {
  const messages = [user("Tell me"), assistant("word ".repeat(200_000))];
  const encoded = encodeConversation(plain, readConversation(JSON.stringify(messages)), 64);
  expect(encoded.ids).toHaveLength(64);
  expect(encoded.fullLength).toBeGreaterThan(200_000);
  expect([...encoded.labels].filter((label) => label >= 0).length).toBeGreaterThan(30);
});

describe("a conversation that cannot be read is named as one", () => {
  const refused: [string, unknown[], string][] = [
    [
      "a role of Object's own",
      [{ role: "constructor", content: "a" }],
      'the role "constructor" in message 1; known are system',
    ],
    ["toString as a role", [user("a"), { role: "toString", content: "a" }], 'the role "toString" in message 2'],
    ["another role", [user("a"), { role: "robot", content: "a" }], 'the role "robot" in message 2'],
    ["no content", [{ role: "user", content: null }], "no text as the content of message 1"],
    [
      "a picture",
      [
        {
          role: "user",
          content: [
            { type: "text", text: "a" },
            { type: "image_url", image_url: { url: "x" } },
          ],
        },
      ],
      'a part of the type "image_url", which is not read, in message 1',
    ],
    [
      "a weight between",
      [user("a"), assistant("b", { weight: 0.5 })],
      "the weight 0.5 in message 2; known are 0 and 1",
    ],
    [
      "a call without a name",
      [user("a"), assistant("", { tool_calls: [{ function: {} }] })],
      "a tool without a name in message 2",
    ],
  ];

  it.each(refused)("%s", async (_, messages, message) => {
    const rows = [{ messages }, { messages }, { messages: [user("a"), assistant("b")] }];
    const table = await openTable(new File([jsonLines(rows)], "data.jsonl"));
    const guess = guessTask(table);
    expect(guess).toEqual({ task: "causal-lm", columns: { messages: "messages" } });
    expect(() => formats["causal-lm"].read(table, guess.columns, null)).toThrow(
      `data.jsonl, row 1, column "messages": The conversation`,
    );
    expect(() => formats["causal-lm"].read(table, guess.columns, null)).toThrow(message);
  });

  it("roles are read without regard to case and white space", () => {
    expect(readTurns(JSON.stringify([{ role: " User", content: "a" }]))).toEqual([{ role: "user", content: "a" }]);
  });
});
