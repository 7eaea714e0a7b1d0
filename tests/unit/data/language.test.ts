import { describe, expect, test } from "vitest";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { encodeExchange } from "../../../src/data/language";
import { columnsOf, namedColumns } from "../../../src/data/placeholders";
import { readTable } from "../../../src/data/table";
import { fillTemplate } from "../../../src/data/templates";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { fixtureModel } from "../../fixtures/reference";

const templates = {
  prompt: "### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:\n",
  response: "{output}",
};

describe("templates", () => {
  test("columns are named in braces, each once", () => {
    expect(columnsOf("{a} and {b c}, {a}, { and }")).toEqual(["a", "b c", " and "]);
    expect(columnsOf("no {} and no {\n}")).toEqual([]);
  });

  test("and other roles name the columns that a file must have", () => {
    expect(namedColumns({ prompt: "Say {a}\n\n{b}", response: "{b}", messages: null })).toEqual(["a", "b", "b"]);
    expect(namedColumns({ text: "t", textPair: null, labels: ["x", "y"] })).toEqual(["t", "x", "y"]);
    expect(namedColumns({ prompt: null, response: "whole", messages: "m" })).toEqual(["m"]);
  });

  test("a paragraph whose columns are all empty is left out with its heading", () => {
    const fill = (values: Record<string, string>) => fillTemplate(templates.prompt, (column) => values[column]!);
    expect(fill({ instruction: "Add.", input: "2 and 3" })).toBe(
      "### Instruction:\nAdd.\n\n### Input:\n2 and 3\n\n### Response:\n",
    );
    expect(fill({ instruction: "Add.", input: " " })).toBe("### Instruction:\nAdd.\n\n### Response:\n");
    // Values are put in as they are, whatever braces they have.
    expect(fillTemplate("{a}{b}", (column) => (column === "a" ? "{b}" : "$&"))).toBe("{b}$&");
  });
});

describe("reading", () => {
  const instructions = "instruction,input,output\nAdd the numbers.,2 and 3,5\nName a colour.,,Blue\nSay nothing.,,\n";

  test("an instruction file: prompts, responses, and what is left out", async () => {
    const table = await readTable(new File([instructions], "i.csv"));
    const guess = guessTask(table);
    expect(guess).toEqual({ task: "causal-lm", columns: templates });
    const { examples, notices } = formats["causal-lm"].read(table, guess.columns, null);
    expect(examples.map(({ text, response, row }) => [text, response, row])).toEqual([
      ["### Instruction:\nAdd the numbers.\n\n### Input:\n2 and 3\n\n### Response:\n", "5", 2],
      ["### Instruction:\nName a colour.\n\n### Response:\n", "Blue", 3],
    ]);
    expect(notices).toEqual(["i.csv: skipped 1 row without a response (row 4)."]);
  });

  test.each([
    ["q.tsv", "question\tanswer\nWhere?\tHere.\nWhen?\tNow.\n", { prompt: "{question}\n", response: "{answer}" }],
    ["t.jsonl", '{"text":"One."}\n{"text":"Two."}\n', { prompt: "", response: "{text}" }],
  ])("%s looks like %s", async (name, text, columns) => {
    expect(guessTask(await readTable(new File([text], name)))).toEqual({ task: "causal-lm", columns });
  });

  test("answers that are repeated are labels", async () => {
    const rows = Array.from({ length: 12 }, (_, row) => `Is it ${row}?,${row % 2 ? "yes" : "no"}`);
    const { task } = guessTask(await readTable(new File([`question,answer\n${rows.join("\n")}\n`], "q.csv")));
    expect(task).toBe("sequence-classification");
  });

  test("a column's name alone is its values; an empty prompt is none", async () => {
    const table = await readTable(new File([instructions], "i.csv"));
    const { examples } = formats["causal-lm"].read(table, { prompt: null, response: "output" }, null);
    expect(examples.map(({ text, response }) => [text, response])).toEqual([
      ["", "5"],
      ["", "Blue"],
    ]);
  });

  test.each([
    [{ ...templates, prompt: "{question}" }, /prompt asks for \{question\}.*it has: instruction, input, output/],
    [{ ...templates, response: "5" }, /response names no column.*\{output\}/],
    [{ ...templates, response: "{input}" }, /row 3: The response is empty in 2 of 3 rows/],
  ])("%o is refused", async (columns, message) => {
    const table = await readTable(new File([instructions], "i.csv"));
    expect(() => formats["causal-lm"].read(table, columns, null)).toThrow(message);
  });
});

describe("tokens", () => {
  const example = { text: "Add 2 and 3:\n", response: "The sum is 5." };

  test.each(["tiny-llama", "tiny-gpt2"])(
    "%s: labels are the response's tokens and the end, each at the token before",
    async (rig) => {
      const tokenizer = await openTokenizer(fixtureModel(rig));
      const { ids, labels, fullLength } = encodeExchange(tokenizer, example, 100);
      const prompt = tokenizer.encode(example.text);
      const response = [...tokenizer.encode(example.response, null, { specialTokens: false }), tokenizer.eosId!];
      expect([...ids]).toEqual([...prompt, ...response]);
      expect([...labels].filter((label) => label >= 0)).toEqual(response);
      expect(labels.findIndex((label) => label >= 0)).toBe(prompt.length - 1);
      expect(labels.at(-1)).toBe(-100);
      expect(fullLength).toBe(ids.length);
    },
  );

  test("what is too long loses the prompt's beginning first, then the response's end", async () => {
    const tokenizer = await openTokenizer(fixtureModel("tiny-llama"));
    const whole = [...encodeExchange(tokenizer, example, 100).ids];
    const response = [...tokenizer.encode(example.response, null, { specialTokens: false }), tokenizer.eosId!];
    const shorter = encodeExchange(tokenizer, example, whole.length - 3);
    expect([...shorter.ids]).toEqual([tokenizer.bosId, ...whole.slice(4)]);
    expect(shorter.fullLength).toBe(whole.length);
    const alone = encodeExchange(tokenizer, example, 5);
    expect([...alone.ids]).toEqual([tokenizer.bosId, ...response.slice(0, 4)]);
    expect([...alone.labels]).toEqual([...response.slice(0, 4), -100]);
  });

  test("a text without a prompt is learned but for its first token", async () => {
    const tokenizer = await openTokenizer(fixtureModel("tiny-gpt2"));
    const { ids, labels } = encodeExchange(tokenizer, { text: "", response: "One two three." }, 100);
    expect([...labels]).toEqual([...ids.slice(1), -100]);
  });
});
