/**
 * README.md of an exported adapter: what it is, its labels, how to load it in PEFT, what was measured.
 * Not for: computing any of it.
 */

import { HUB_VERSION, hubObstacle } from "./adapter-hub";
import type { PeftConfig } from "./peft-config";

export interface ModelCardContent {
  /** Name of the run. */
  run: string;
  /** Title of the method, for example `SK-Prefix`. */
  method: string;
  config: PeftConfig;
  /** In class-id order. */
  labels: readonly string[];
  /** How the head reads the states; Hugging Face's classes know `last` for decoders and `first` for encoders. */
  pooling: "last" | "mean" | "first" | "cls";
  /** A further argument of `from_pretrained`, as Python. */
  loadingArgument?: string;
  /** Why PEFT cannot load the folder, where it cannot. */
  obstacle?: string | null;
  /** The semantic, hard or initialising text, where the method has one. */
  text?: string | null;
  /** What the stored tensors were made of: trained as they are, by PEFT's own encoder, or folded from an SK method. */
  origin?: "trained" | "encoder" | "folded";
  /** Special tokens that stand at the front of the text already and were left off the input. */
  droppedLeadingTokens?: number;
  /** Inputs were cut to this many tokens. */
  maxLength: number;
  /** Whether inputs were pairs of texts. */
  pairs?: boolean;
  /** Whether the training state lies beside the adapter. */
  resumes?: boolean;
  trainable: { adapter: number; head: number };
  data: { file: string; trainRows: number; validationRows: number };
  steps: number;
  metrics: { step: number; loss: number; shown: readonly { title: string; value: string }[] } | null;
  /** For example `{ "onnxruntime-web": "1.30.0" }`. */
  versions: Readonly<Record<string, string>>;
}

const WHAT: Record<PeftConfig["peft_type"], string> = {
  LORA: "low-rank factors beside frozen linear layers (`LORA`)",
  ADALORA: "low-rank triplets, those left after pruning, beside frozen linear layers (`ADALORA`)",
  VERA: "two vectors per frozen linear layer, and random matrices that all of them share (`VERA`)",
  IA3: "factors on the columns of frozen linear layers (`IA3`)",
  LN_TUNING: "trained norms in place of the frozen ones (`LN_TUNING`)",
  BOTTLENECK: "small modules around the blocks' sub-layers, in the layout of AdapterHub's `adapters`",
  PREFIX_TUNING: "keys and values put before the input in every layer (`PREFIX_TUNING`)",
  PROMPT_TUNING: "vectors put before the input's embeddings (`PROMPT_TUNING`)",
  STUDIO: "the tensors that were trained, under the studio's own names: no library has a form for them",
  P_TUNING: "vectors put before the input's embeddings, made by a small encoder in training (`P_TUNING`)",
};

const BESIDE: Record<NonNullable<ModelCardContent["origin"]>, string> = {
  trained: "",
  encoder:
    " The small encoder that made them lies beside them in `sk_adapter.safetensors`, so that training can go on in the " +
    "studio.",
  folded:
    " It was trained by way of the frozen model's own states of the semantic text and folded into this form; what was " +
    "trained lies beside it in `sk_adapter.safetensors`, so that training can go on in the studio.",
};

/** Text in a code span, whatever it holds. */
function code(text: string): string {
  const flat = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...flat.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = "`".repeat(longest + 1);
  return longest > 0 ? `${fence} ${flat} ${fence}` : `\`${flat}\``;
}

/** A cell of a Markdown table. */
function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\s+/g, " ");
}

function frontMatter({ config, origin }: ModelCardContent): string[] {
  const base = config.base_model_name_or_path ?? "";
  const tags = [`base_model:adapter:${base}`, ...(config.peft_type === "LORA" ? ["lora"] : []), "transformers"];
  if (origin === "folded") {
    tags.push("sk-tuning");
  }
  return [
    "---",
    `base_model: ${JSON.stringify(base)}`,
    `library_name: ${config.peft_type === "BOTTLENECK" ? "adapter-transformers" : "peft"}`,
    "pipeline_tag: text-classification",
    "tags:",
    ...tags.sort().map((tag) => `- ${JSON.stringify(tag)}`),
    "---",
  ];
}

function loading(content: ModelCardContent): string[] {
  const { config, labels, pooling, droppedLeadingTokens = 0, maxLength, pairs } = content;
  if (pooling === "mean") {
    return [
      "The head reads the mean of the input's states. Hugging Face's `*ForSequenceClassification` classes read the",
      "last token instead (encoders' the first), so PEFT can open this folder but would not predict the same. Import it",
      "into the studio, or train with pooling `last` or, on an encoder, `first`.",
    ];
  }
  if (config.peft_type === "STUDIO") {
    return [`PEFT cannot load this folder: ${String(config.why_not_peft)} Import it into the studio.`];
  }
  if (pooling === "cls" && (config.peft_type === "PROMPT_TUNING" || config.peft_type === "P_TUNING")) {
    return [
      "The head reads the input's own first token. Behind a prompt PEFT reads the first virtual token instead, so it can",
      "open this folder but would not predict the same. Import it into the studio, or train with pooling `first`.",
    ];
  }
  if (content.obstacle) return [`${content.obstacle} Import it into the studio.`];
  const hub = config.peft_type === "BOTTLENECK";
  const obstacle = hub ? hubObstacle(config) : null;
  if (obstacle) return [`${obstacle} Import it into the studio.`];
  const input = pairs ? '"a text", "a second text"' : '"a text"';
  const cut = droppedLeadingTokens > 0 ? `[:, ${droppedLeadingTokens}:]` : "";
  const lines = [
    "```python",
    "import torch",
    hub ? "import adapters" : "from peft import PeftModel",
    "from transformers import AutoModelForSequenceClassification, AutoTokenizer",
    "",
    `base = ${JSON.stringify(config.base_model_name_or_path)}  # the base model's folder, or its name on the Hub`,
    'adapter = "."  # this folder',
    `labels = [${labels.map((label) => JSON.stringify(label)).join(", ")}]`,
    "",
    "tokenizer = AutoTokenizer.from_pretrained(base)",
    "model = AutoModelForSequenceClassification.from_pretrained(",
    "    base, num_labels=len(labels), id2label=dict(enumerate(labels)),",
    `    label2id={label: i for i, label in enumerate(labels)}, ${content.loadingArgument ? `${content.loadingArgument}, ` : ""}dtype=torch.float32)`,
    "model.config.pad_token_id = tokenizer.pad_token_id",
    ...(hub
      ? [
          "adapters.init(model)",
          "model.set_active_adapters(model.load_adapter(adapter, use_safetensors=True))",
          "model.eval()",
        ]
      : ["model = PeftModel.from_pretrained(model, adapter).eval()"]),
    "",
    `ids = tokenizer(${input}, truncation=True, max_length=${maxLength}, return_tensors="pt").input_ids${cut}`,
    "with torch.no_grad():",
    "    logits = model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits[0]",
    "print(labels[int(logits.argmax())], logits.softmax(-1).tolist())",
    "```",
  ];
  if (droppedLeadingTokens > 0) {
    lines.push(
      "",
      "The semantic text begins with the beginning-of-sequence token, so the input behind it does not repeat it:",
      `${code(cut)} takes it off. With the token left in, predictions differ.`,
    );
  }
  if (config.peft_type === "PROMPT_TUNING" || config.peft_type === "P_TUNING") {
    lines.push(
      "",
      "**Predict one text at a time, or without padding.** Behind a prompt PEFT hands the model embeddings, not ids.",
      "Hugging Face's classes cannot see padding then and read the last column, padding included. The head was trained",
      "on the last real token, so rows of a padded batch come out differently; single texts agree.",
    );
  }
  return lines;
}

function measured({ metrics, data, steps }: ModelCardContent): string[] {
  const file = code(data.file);
  const lines = [
    `Trained for ${steps} steps on ${data.trainRows} rows of ${file}; validated on ${data.validationRows} rows.`,
  ];
  if (metrics) {
    lines.push(
      "",
      "| validation | value |",
      "|---|---|",
      `| loss (nats) | ${metrics.loss.toFixed(4)} |`,
      ...metrics.shown.map(({ title, value }) => `| ${title} | ${value} |`),
      `| at step | ${metrics.step} |`,
    );
  } else {
    lines.push("It was not evaluated.");
  }
  return lines;
}

/** The text of README.md, in Markdown with YAML front matter. */
export function modelCard(content: ModelCardContent): string {
  const { run, method, config, labels, text, origin = "trained", resumes, trainable, versions } = content;
  const beside = BESIDE[origin];
  return [
    ...frontMatter(content),
    "",
    `# ${run.replace(/\s+/g, " ")}`,
    "",
    `A text classifier: the frozen base model ${code(config.base_model_name_or_path ?? "")} with an adapter trained ` +
      `by ${method}, stored as ${WHAT[config.peft_type]}.${beside}`,
    "",
    ...(text ? [`Text: ${code(text)}`, ""] : []),
    `Trainable parameters: ${trainable.adapter} in the adapter, ${trainable.head} in the head.`,
    "",
    "## Labels",
    "",
    "The adapter's files carry no label names. In class-id order:",
    "",
    "| id | label |",
    "|---|---|",
    ...labels.map((label, id) => `| ${id} | ${cell(label)} |`),
    "",
    "## Use",
    "",
    ...loading(content),
    "",
    "## Measured",
    "",
    ...measured(content),
    "",
    "`run.json` has the full configuration and every evaluation.",
    ...(resumes
      ? ["Training can go on where it was left: import the folder into the studio (`training_state.safetensors`)."]
      : []),
    "",
    "### Framework versions",
    "",
    `- ${config.peft_type === "BOTTLENECK" ? `adapters ${HUB_VERSION}` : `PEFT ${config.peft_version}`} (layout)`,
    ...Object.entries(versions).map(([name, version]) => `- ${name} ${version}`),
    "",
  ].join("\n");
}
