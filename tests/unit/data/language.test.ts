import { describe, expect, test } from "vitest";
import { encodeExchange } from "../../../src/data/language";
import { columnsOf, fillTemplate } from "../../../src/data/templates";
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
