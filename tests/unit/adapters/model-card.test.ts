import { Template } from "@huggingface/jinja";
import { expect, it } from "vitest";
import type { ModelCardContent, WritingFacts } from "../../../src/adapters/card/content";
import { modelCard } from "../../../src/adapters/card/model-card";
import { HEADINGS_TEMPLATE } from "../../../src/adapters/card/writing";
import { lora } from "../../../src/adapters/forms/lora";
import { prefix } from "../../../src/adapters/forms/prefix";
import { prompt } from "../../../src/adapters/forms/prompt";
import { lastExchange } from "../../../src/data/chat";
import { causalLm } from "../../../src/tasks/causal-lm";
import { multiLabelClassification } from "../../../src/tasks/multi-label-classification";
import { sequenceClassification } from "../../../src/tasks/sequence-classification";
import { writingSite } from "./written";

const site = writingSite({ baseModel: "tiny-base", virtualTokens: 3 });
const foldedPrefix = prefix.config({ type: "PREFIX_TUNING", origin: "folded" }, site);

const content: ModelCardContent = {
  run: "LoRA",
  method: "LoRA",
  task: sequenceClassification.card(null),
  modelClass: sequenceClassification.modelClass,
  config: lora.config({ type: "LORA", rank: 4, alpha: 8, targets: ["q_proj"], rankStabilised: false }, site),
  labels: ["negative", 'so "so" | maybe', "positive"],
  pooling: "last",
  maxLength: 128,
  trainable: { adapter: 1234, head: 288 },
  data: { file: "train.csv", trainRows: 900, validationRows: 100 },
  steps: 200,
  metrics: {
    step: 150,
    loss: 0.51234,
    shown: [
      { title: "Accuracy", value: "81.3 %" },
      { title: "F1", value: "80.0 %" },
    ],
  },
  versions: { "onnxruntime-web": "1.30.0" },
};

it("has the front matter PEFT's own cards have, labels in order and the measured numbers", () => {
  const card = modelCard(content);
  expect(card.split("\n").slice(0, 9)).toEqual([
    "---",
    'base_model: "tiny-base"',
    "library_name: peft",
    "pipeline_tag: text-classification",
    "tags:",
    '- "base_model:adapter:tiny-base"',
    '- "lora"',
    '- "transformers"',
    "---",
  ]);
  expect(card).toContain("Trained for 200 steps on 900 rows of `train.csv`; validated on 100 rows.\n\n| validation");
  const changed = { ...content.data, changes: "3 rows relabelled, 2 left out" };
  expect(modelCard({ ...content, data: changed })).toContain(
    "validated on 100 rows.\nNot as the file has them: 3 rows relabelled, 2 left out; `run.json` lists them (`data.changes`).",
  );
  expect(card).toContain('| 0 | negative |\n| 1 | so "so" \\| maybe |\n| 2 | positive |');
  expect(card).toContain('labels = ["negative", "so \\"so\\" | maybe", "positive"]');
  expect(card).toContain("| loss (nats) | 0.5123 |\n| Accuracy | 81.3 % |\n| F1 | 80.0 % |\n| at step | 150 |");
  expect(card).toContain("- PEFT 0.21.0 (layout)\n- onnxruntime-web 1.30.0");
  expect(card).toContain("num_labels=len(labels)");
  expect(card).toContain(
    "tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token\nmodel.config.pad_token_id = tokenizer.pad_token_id",
  );
  expect(card).not.toContain("without padding");
  expect(modelCard({ ...content, labels: [",", "x"] })).toContain('labels = [",", "x"]');
});

it("shows names as they are, and of a path the file's name", () => {
  const hostile = "<img src=x onerror=alert(1)> [press](https://evil.example) | `x`";
  const card = modelCard({
    ...content,
    run: `${hostile}\n---\n# Another`,
    labels: [hostile, "b"],
    data: { ...content.data, file: "../private/patients of Dr <b>X</b>/`train`.csv" },
  });
  const written = "\\<img src=x onerror=alert(1)> \\[press\\](https\\://evil.example) \\| \\`x\\`";
  expect(card).toContain(`\n# ${written} --- # Another\n`);
  expect(card).toContain(`| 0 | ${written} |`);
  expect(card).toContain("900 rows of `` `train`.csv ``;");
  expect(card).not.toMatch(/private|patients/);
  expect(card.match(/^# /gm)).toHaveLength(1);
  // Outside of Python's strings there is no markup left.
  expect(card.replace(/```python[\s\S]*?```/g, "")).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(/);
  const windows = modelCard({ ...content, data: { ...content.data, file: "C:\\Users\\me\\train.csv" } });
  expect(windows).toContain("900 rows of `train.csv`;");
  expect(windows).not.toContain("Users");
});

it("says how the training rows were changed", () => {
  const transforms = "texts with `a` left out; 100 rows for each label";
  const card = modelCard({ ...content, data: { ...content.data, transforms } });
  expect(card).toContain(
    `The training rows were changed: \`\` ${transforms} \`\` (\`data.transforms\` of \`run.json\`).`,
  );
  expect(modelCard(content)).not.toContain("rows were changed");
});

const reliability = (ece: number) => ({ bins: Array.from({ length: 15 }, () => ({ ...bin })), ece });
const bin = { low: 0, high: 1, count: 0, confidence: null, accuracy: null };
const tuned = {
  ...{ temperature: 1.25, thresholds: null, notes: [], thresholdFigures: null },
  ...{ part: "test" as const, rows: 80, imported: false, before: reliability(0.1234), after: reliability(0.05) },
};

it("says what its logits are divided by, and divides them", () => {
  const card = modelCard({ ...content, calibration: tuned });
  expect(card).toContain(
    "chances = (logits / 1.25).softmax(-1)  # by the tuned temperature\nprint(labels[int(chances.argmax())], chances.tolist())",
  );
  expect(card).toContain(
    "Logits are divided by the temperature 1.25. Tuned on\nvalidation rows; measured on 80 test rows",
  );
  expect(card).toContain("| expected calibration error (15 bins) | 12.3 % | 5.0 % |");
  expect(card).not.toContain("threshold");
  expect(modelCard({ ...content, calibration: { ...tuned, part: "validation" } })).toContain(
    "measured on the 80 validation rows that it was tuned on",
  );
  expect(modelCard(content)).not.toMatch(/Calibration|temperature/);
});

it("gives each of several labels above its own threshold", () => {
  const thresholds = [0.5, 0.31, 0.0625];
  const note = "No validation row has negative: the threshold stays 0.5.";
  const card = modelCard({
    ...content,
    task: multiLabelClassification.card(null),
    calibration: {
      ...tuned,
      ...{ thresholds, notes: [note] },
      thresholdFigures: content.labels.map((label, index) => ({
        ...{ label, threshold: thresholds[index]!, before: 0.5, after: 0.75 },
      })),
    },
  });
  expect(card).toContain("chances = (logits / 1.25).sigmoid()");
  expect(card).toContain("thresholds = [0.5, 0.31, 0.0625]  # a label is present above its own");
  expect(card).toContain("zip(labels, chances, thresholds) if p > least])");
  expect(card).toContain('| so "so" \\| maybe | 0.31 | 50.0 % | 75.0 % |');
  expect(card).toContain(note);
  expect(card).not.toContain("above 0.5: present");
});

it("says the test figures with their intervals, and how often the test rows were looked at", () => {
  const shown = [{ title: "Accuracy", value: "79.0 %", low: "70.0 %", high: "85.8 %" }];
  const card = (looks: number | null) => modelCard({ ...content, tested: { rows: 100, looks, shown } });
  expect(card(1)).toContain(
    "On 100 test rows, which nothing was chosen by:\n\n| test | value | 95 % interval |\n|---|---|---|\n" +
      "| Accuracy | 79.0 % | 70.0 % to 85.8 % |\n",
  );
  expect(card(1)).not.toContain("looked at");
  expect(card(4)).toContain("has looked at these rows 4 times: what was chosen in between makes them less of a test.");
  expect(card(null)).toContain("How often these rows had been looked at before is not known.");
  expect(modelCard({ ...content, tested: null })).toContain("It was not measured on test rows");
});

it("warns of padding after prompts, and only there", () => {
  const words = prompt.config({ type: "PROMPT_TUNING", origin: "folded" }, site);
  expect(modelCard({ ...content, config: words })).toContain("**Predict one text at a time, or without padding.**");
  expect(modelCard({ ...content, config: foldedPrefix })).not.toContain("without padding");
});

it("takes off the input what the text has already", () => {
  const card = modelCard({
    ...content,
    config: foldedPrefix,
    origin: "folded",
    droppedLeadingTokens: 1,
    text: "Is it `good`?",
  });
  expect(card).toContain('max_length=128, return_tensors="pt").input_ids[:, 1:]');
  expect(card).toContain("Text: `` Is it `good`? ``");
  expect(card).toContain("sk_adapter.safetensors");
  expect(modelCard(content)).toContain('return_tensors="pt").input_ids\n');
});

it("tells a pair's types where the model was trained with them", () => {
  const card = modelCard({ ...content, pairs: true, tokenTypes: true });
  expect(card).toContain(
    'max_length=128, return_token_type_ids=True, return_tensors="pt")\nids, types = read.input_ids',
  );
  expect(card).toContain("attention_mask=torch.ones_like(ids), token_type_ids=types)");
  expect(modelCard({ ...content, pairs: true })).not.toContain("token_type_ids");
});

it("does not promise PEFT what PEFT cannot do", () => {
  const card = modelCard({ ...content, pooling: "mean", metrics: null });
  expect(card).toContain("would not predict the same");
  expect(card).not.toContain("```python");
  expect(card).toContain("It was not evaluated.");
});

it("says how an encoder's exports are loaded, and which are not", () => {
  const first = modelCard({ ...content, pooling: "first", loadingArgument: 'classifier_pooling="cls"' });
  expect(first).toContain('enumerate(labels)}, classifier_pooling="cls", dtype=torch.float32)');
  const words = prompt.config({ type: "PROMPT_TUNING", origin: "trained" }, site);
  expect(modelCard({ ...content, config: words, pooling: "cls" })).toContain(
    "PEFT reads the first virtual token instead",
  );
  expect(modelCard({ ...content, pooling: "cls" })).toContain("```python");
  const obstacle = modelCard({
    ...content,
    obstacle: "transformers' DistilBERT takes no keys and values from outside.",
  });
  expect(obstacle).toContain("DistilBERT takes no keys and values from outside. Import it into the studio.");
  expect(obstacle).not.toContain("```python");
});

const example = {
  prompt: "Say `yes`:\n",
  addsSpecials: true,
  trailing: 0,
  ids: [1, 20, 21],
  room: 61,
  written: [
    { id: 7, text: " yes" },
    { id: 2, text: "</s>" },
  ],
};
const ends = [
  { id: 2, text: "</s>" },
  { id: 9, text: "<|im_end|>" },
];
const writing: WritingFacts = { template: { kind: "prompt", text: "{question}\n" }, system: null, ends, example };
const writer = { ...content, task: causalLm.card(null), modelClass: causalLm.modelClass, labels: [] };

it("says how a language model is asked, what ends its answer, and one example with ids", () => {
  const card = modelCard({ ...writer, writing });
  expect(card).toContain("Spaces and line\nbreaks count:\n\n```text\n{question}\n\n```");
  expect(card).toContain("An answer ends with `</s>` (id 2) or `<|im_end|>` (id 9).");
  expect(card).toContain('```text\nPARAMETER stop "</s>"\nPARAMETER stop "<|im_end|>"\n```');
  expect(card).toContain("```text\nSay `yes`:\n\n```\n\n- as ids: 1, 20, 21\n- its first 2 tokens: 7, 2\n");
  expect(card).toContain('- as text: " yes" "</s>"');
  expect(card).toContain(
    'prompt = "Say `yes`:\\n"\nids = tokenizer(prompt, return_tensors="pt").input_ids\nwith torch.no_grad():\n' +
      "    written = model.generate(\n        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, " +
      "max_new_tokens=61)",
  );
  expect(modelCard(content)).not.toMatch(/## Prompts|PARAMETER/);
});

it.each<[string, Partial<WritingFacts>, RegExp]>([
  ["whole texts", { template: { kind: "prompt", text: "" } }, /whole texts, without a prompt/],
  [
    "the model's own chat template",
    { template: { kind: "chat" } },
    /apply_chat_template\(messages, add_generation_prompt/,
  ],
  ["headings", { template: { kind: "headings" } }, /```jinja\n\{%- for message in messages/],
  ["a system prompt", { system: "persona" }, /in the file's column `persona`: send it too/],
  ["no token that ends a text", { ends: [] }, /goes on until as many tokens as are allowed/],
  ["no example", { example: { without: "There is none: too long." } }, /### One example\n\nThere is none: too long\./],
  [
    "a prompt with its own beginning of text: not put there twice",
    { example: { ...example, prompt: "<s>Hi", addsSpecials: false } },
    /prompt = "<s>Hi"\nids = tokenizer\(prompt, add_special_tokens=False, return_tensors="pt"\)\.input_ids\n/,
  ],
  [
    "what a tokenizer puts at the end of a text",
    { example: { ...example, trailing: 1 } },
    /return_tensors="pt"\)\.input_ids\[:, :-1\]\n/,
  ],
])("of a language model: %s", (_, facts, expected) => {
  expect(modelCard({ ...writer, writing: { ...writing, ...facts } })).toMatch(expected);
});

it("the headings' Jinja writes what the studio wrote", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    { role: "user", content: "Is it?\n" },
    { role: "assistant", content: "Yes." },
    { role: "user", content: " And now? " },
  ] as const;
  const studio = lastExchange([...messages, { role: "assistant", content: "No." }], {
    eosId: 2,
    trailingSpecials: 0,
    encode: () => [],
    eosText: "</s>",
    chatTemplate: null,
  });
  const render = (given: readonly object[], answer: boolean) =>
    new Template(HEADINGS_TEMPLATE).render({ messages: given, eos_token: "</s>", add_generation_prompt: answer });
  expect(render(messages, true)).toBe(studio.prompt);
  expect(render(messages.slice(0, 3), false)).toBe(
    "### System:\nBe brief.\n\n### User:\nIs it?\n\n\n### Assistant:\nYes.</s>",
  );
});

it.each([
  ["a prefix", foldedPrefix],
  ["a prompt", prompt.config({ type: "PROMPT_TUNING", origin: "trained" }, site)],
])("writes token by token after %s, where PEFT's generate loses count, and stops at the end", (_, config) => {
  const card = modelCard({ ...writer, config, writing });
  expect(card).toContain("written = ids  # token by token");
  expect(card).toContain("    for _ in range(61):\n        logits = model(input_ids=written");
  expect(card).toContain("        if int(written[0, -1]) in (2, 9,):\n            break\nprint(tokenizer.decode");
  expect(card).not.toContain("model.generate");
  expect(modelCard({ ...writer, config })).toContain("range(100)");
});

const lowRank = (changes: object = {}) => ({
  ...lora.config({ type: "LORA", rank: 4, alpha: 8, targets: ["q_proj"], rankStabilised: false }, site),
  ...changes,
});

it.each<[string, Partial<ModelCardContent>, RegExp]>([
  [
    "LoRA that writes",
    { config: lowRank() },
    /vllm serve tiny-base --enable-lora --max-lora-rank 8 --lora-modules adapter=\.\nconvert_lora_to_gguf\.py --base tiny-base \./,
  ],
  ["room for the largest rank", { config: lowRank({ r: 9, rank_pattern: { v_proj: 40 } }) }, /--max-lora-rank 64 /],
  [
    "a name that a shell would read",
    { config: lowRank({ base_model_name_or_path: "it's $(x)" }) },
    /vllm serve 'it'\\''s \$\(x\)' --enable-lora/,
  ],
  [
    "a head",
    { config: lowRank(), task: sequenceClassification.card(null) },
    /do not take this folder: they write texts, and what it answers with is a trained head \(`modules_to_save`\)/,
  ],
  [
    "magnitudes",
    { config: lowRank({ use_dora: true }) },
    /plain LoRA alone, and this is a DoRA adapter\..*merged model/,
  ],
  ["biases", { config: lowRank({ bias: "all" }) }, /this trains biases\./],
  [
    "the head over the vocabulary",
    { config: lowRank({ target_modules: ["q_proj", "lm_head"] }), outer: ["model.embed_tokens", "lm_head"] },
    /refuse targets outside of the blocks, here `lm_head`\./,
  ],
  ["a prefix", { config: foldedPrefix }, /this is a PREFIX_TUNING adapter\. Where its method merges, down/],
  [
    "what becomes LoRA",
    { config: { ...foldedPrefix, peft_type: "VERA" }, conversions: ["lora"] },
    /this is a VERA adapter\. Where its method merges, download it as plain LoRA, or download the merged model/,
  ],
])("says which other programs take it: %s", (_, changes, expected) => {
  const card = modelCard({ ...writer, ...changes });
  expect(card.split("## Other programs")[1]).toMatch(expected);
  expect(card.includes("vllm serve")).toBe(/vllm|--max/.test(expected.source));
});
