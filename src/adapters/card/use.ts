/** How an adapter is loaded and asked in Python, for its README.md, by task; or why PEFT cannot. */

import type { Calibration } from "../../calibration/calibration";
import { formOf } from "../forms/registry";
import type { CardTask, ModelCardContent } from "./content";

/** What is read, where it is a mean of states. */
const MEANS: Partial<Record<ModelCardContent["pooling"], string>> = {
  mean: "the mean of the input's states",
  "prompted mean": "the mean of the prompt's and the input's states",
  "unmasked mean": "the mean of all positions' states, padding included",
};

/** Text in a code span, whatever it holds. */
export function code(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${flat} ${fence}` : `\`${flat}\``;
}

export function loading(content: ModelCardContent): string[] {
  const { config, task } = content;
  const obstacle = obstacleOf(content, task);
  if (obstacle) return [`${obstacle} Import it into the studio.`];
  const { droppedLeadingTokens = 0 } = content;
  const { layout, beforeInput } = formOf(config.peft_type);
  const cut = cutOf(content);
  const lines = [
    "```python",
    "import torch",
    layout.library.imports,
    `from transformers import AutoModel${content.modelClass}, AutoTokenizer`,
    "",
    `base = ${JSON.stringify(config.base_model_name_or_path)}  # the base model's folder, or its name on the Hub`,
    'adapter = "."  # this folder',
    ...opening(content, task),
    "",
    ...asking(content, task),
    "```",
  ];
  if (droppedLeadingTokens > 0) {
    lines.push(
      "",
      "The semantic text begins with the beginning-of-sequence token, so the input after it does not repeat it:",
      `${code(cut)} takes it off. With the token left in, predictions differ.`,
    );
  }
  if (beforeInput && task.asks === "row") {
    lines.push(
      "",
      "**Predict one text at a time, or without padding.** After a prompt PEFT hands the model embeddings, not ids.",
      "Hugging Face's classes cannot see padding then and read the last column, padding included. The head was trained",
      "on the last real token, so rows of a padded batch come out differently; single texts agree.",
    );
  }
  if (task.note) lines.push("", ...task.note);
  return lines;
}

/** Why PEFT cannot load the folder, or would not predict the same; null where it does. */
function obstacleOf(content: ModelCardContent, task: CardTask): string | null {
  const { config, pooling } = content;
  const perRow = task.asks === "row";
  const mean = MEANS[pooling];
  if (mean !== undefined && perRow) {
    const own = pooling === "mean" ? "" : "the method's readOut `as the comparison` and ";
    return (
      `The head reads ${mean}. Hugging Face's \`*ForSequenceClassification\` classes read the\n` +
      "last token instead (encoders' the first), so PEFT can open this folder but would not predict the same. Train with\n" +
      `${own}pooling \`last\` or, on an encoder, \`first\`.`
    );
  }
  const form = formOf(config.peft_type);
  if (pooling === "cls" && form.beforeInput && perRow) {
    return (
      "The head reads the input's own first token. After a prompt PEFT reads the first virtual token instead, so it can\n" +
      "open this folder but would not predict the same. Train with pooling `first`."
    );
  }
  return content.obstacle ?? form.obstacle?.(config, task) ?? null;
}

/** What is taken off the start of the ids. */
function cutOf({ droppedLeadingTokens = 0 }: ModelCardContent): string {
  return droppedLeadingTokens > 0 ? `[:, ${droppedLeadingTokens}:]` : "";
}

/** Python that opens tokenizer, model and adapter. */
function opening({ config, labels, loadingArgument, modelClass }: ModelCardContent, task: CardTask): string[] {
  // The class with one head for all words knows no such argument.
  const loading = loadingArgument && task.asks === "row" ? `${loadingArgument}, ` : "";
  const given =
    labels.length > 0
      ? [
          "    base, num_labels=len(labels), id2label=dict(enumerate(labels)),",
          `    label2id={label: i for i, label in enumerate(labels)}, ${loading}${task.further ?? ""}dtype=torch.float32)`,
        ]
      : [`    base, ${task.size ?? ""}${loading}dtype=torch.float32)`];
  return [
    ...(labels.length > 0 ? [`labels = [${labels.map((label) => JSON.stringify(label)).join(", ")}]`] : []),
    "",
    `tokenizer = AutoTokenizer.from_pretrained(base)`,
    `model = AutoModel${modelClass}.from_pretrained(`,
    ...given,
    ...(task.asks === "text"
      ? []
      : [
          // GPT-2's has none, and transformers' classifiers of decoders take no batch without it.
          "tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token",
          "model.config.pad_token_id = tokenizer.pad_token_id",
        ]),
    ...formOf(config.peft_type).layout.library.loads,
  ];
}

/** Python that says the labels of `logits`, by its temperature and thresholds. */
function calibrated({ temperature, thresholds }: Calibration, chances: string): string[] {
  const read = `chances = (logits / ${temperature}).${chances}  # by the tuned temperature`;
  if (!thresholds) return [read, "print(labels[int(chances.argmax())], chances.tolist())"];
  return [
    read,
    `thresholds = [${thresholds.join(", ")}]  # a label is present above its own`,
    "print({label: float(p) for label, p in zip(labels, chances)})",
    "print([label for label, p, least in zip(labels, chances, thresholds) if p > least])",
  ];
}

/** Where there is no example, of a prompt that a person replaces. */
const UNKNOWN = { prompt: "a prompt\n", addsSpecials: true, trailing: 0, room: Number.POSITIVE_INFINITY };
const MOST_TOKENS = 100;

const generated = (most: number) => [
  "with torch.no_grad():",
  "    written = model.generate(",
  `        input_ids=ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=${most})`,
];

/**
 * PEFT 0.21's `generate` in transformers 5.24 gave other tokens than its forward pass after a
 * prefix or a prompt, from the second or fourth on (2026-11-30, tiny Llama and GPT-2).
 */
const writtenByHand = (most: number, ends: readonly { readonly id: number }[]) => [
  "written = ids  # token by token: generate() may lose count of what the adapter puts before the input",
  "with torch.no_grad():",
  `    for _ in range(${most}):`,
  "        logits = model(input_ids=written, attention_mask=torch.ones_like(written)).logits[0, -1]",
  "        written = torch.cat([written, logits.argmax().view(1, 1)], dim=1)",
  ...(ends.length > 0
    ? [`        if int(written[0, -1]) in (${ends.map(({ id }) => `${id},`).join(" ")}):`, "            break"]
    : []),
];

/** Python that asks the model about a text. */
function asking(content: ModelCardContent, task: CardTask): string[] {
  const { maxLength, pairs, config } = content;
  const cut = cutOf(content);
  const input = pairs ? '"a text", "a second text"' : '"a text"';
  const typed = content.tokenTypes === true;
  const further = typed ? "return_token_type_ids=True, " : "";
  const read = `tokenizer(${input}, truncation=True, max_length=${maxLength}, ${further}return_tensors="pt")`;
  const ids = typed
    ? `read = ${read}\nids, types = read.input_ids${cut}, read.token_type_ids${cut}`
    : `ids = ${read}.input_ids${cut}`;
  const types = typed ? ", token_type_ids=types" : "";
  const logits = `    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)${types}).logits[0]`;
  switch (task.asks) {
    case "row": {
      const { calibration } = content;
      if (calibration && task.chances)
        return [ids, "with torch.no_grad():", logits, ...calibrated(calibration, task.chances)];
      const remark = task.remark ? `  # ${task.remark}` : "";
      return [ids, "with torch.no_grad():", logits, `print(${task.print})${remark}`];
    }
    case "words": {
      const { beforeInput } = formOf(config.peft_type);
      const dropped = content.droppedLeadingTokens ?? 0;
      const given = content.wordPrefix === " " ? '[" " + word for word in words]' : "words";
      return [
        'words = ["a", "text", "in", "words"]',
        `read = tokenizer(${given}, is_split_into_words=True, truncation=True,`,
        `                 max_length=${maxLength}, return_tensors="pt")`,
        `ids, word_ids = read.input_ids${cut}, read.word_ids()${dropped > 0 ? `[${dropped}:]` : ""}`,
        "with torch.no_grad():",
        logits,
        ...(beforeInput ? ["logits = logits[-len(word_ids):]  # without the virtual tokens before them"] : []),
        "first = [i for i, word in enumerate(word_ids) if word is not None and word not in word_ids[:i]]",
        "print([(words[word_ids[i]], labels[int(logits[i].argmax())]) for i in first])",
      ];
    }
    case "text": {
      const example = content.writing && "prompt" in content.writing.example ? content.writing.example : null;
      const { prompt, addsSpecials, trailing, room } = example ?? UNKNOWN;
      const alone = addsSpecials ? "" : "add_special_tokens=False, ";
      const end = trailing > 0 ? `[:, :-${trailing}]` : "";
      const most = Math.min(MOST_TOKENS, room);
      const { beforeInput, givesPast } = formOf(config.peft_type);
      return [
        `prompt = ${JSON.stringify(prompt)}`,
        `ids = tokenizer(prompt, ${alone}return_tensors="pt").input_ids${end}${cut}`,
        ...(beforeInput || givesPast ? writtenByHand(most, content.writing?.ends ?? []) : generated(most)),
        "print(tokenizer.decode(written[0], skip_special_tokens=True))",
      ];
    }
  }
}
