/**
 * README.md of an exported adapter: what it is, its labels, how to load it in PEFT, what was measured.
 * Not for: computing any of it.
 */

import { HUB_VERSION } from "./adapter-hub";
import type { ModelCardContent } from "./model-card-content";
import { code, loading } from "./model-card-use";
import type { PeftConfig } from "./peft-config";

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
  CPT: "labelled examples before the input, whose words were moved a little (`CPT`)",
  P_TUNING: "vectors put before the input's embeddings, made by a small encoder in training (`P_TUNING`)",
};

const BESIDE: Record<NonNullable<ModelCardContent["origin"]>, string> = {
  trained: "",
  encoder:
    " The small encoder that made them lies beside them in `sk_adapter.safetensors`, so that training can go on in the " +
    "studio.",
  folded:
    " It was made by what was trained, which PEFT does not know, and folded into this form; what was trained lies beside it in `sk_adapter.safetensors`, so that training can go on in the studio.",
};

/** A cell of a Markdown table. */
function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\s+/g, " ");
}

function frontMatter({ config, origin, task }: ModelCardContent): string[] {
  const base = config.base_model_name_or_path ?? "";
  const tags = [`base_model:adapter:${base}`, ...(config.peft_type === "LORA" ? ["lora"] : []), "transformers"];
  if (origin === "folded") {
    tags.push("sk-tuning");
  }
  return [
    "---",
    `base_model: ${JSON.stringify(base)}`,
    `library_name: ${config.peft_type === "BOTTLENECK" ? "adapter-transformers" : "peft"}`,
    `pipeline_tag: ${task.pipeline}`,
    "tags:",
    ...tags.sort().map((tag) => `- ${JSON.stringify(tag)}`),
    "---",
  ];
}

function measured({ metrics, data, steps, task }: ModelCardContent): string[] {
  const file = code(data.file);
  const lines = [
    `Trained for ${steps} steps on ${data.trainRows} rows of ${file}; validated on ${data.validationRows} rows.`,
  ];
  if (metrics) {
    lines.push(
      "",
      "| validation | value |",
      "|---|---|",
      `| ${task.loss} | ${metrics.loss.toFixed(4)} |`,
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
  const { run, method, config, task, labels, text, origin = "trained", resumes, trainable, versions } = content;
  const beside = BESIDE[origin];
  return [
    ...frontMatter(content),
    "",
    `# ${run.replace(/\s+/g, " ")}`,
    "",
    `${task.what}: the frozen base model ${code(config.base_model_name_or_path ?? "")} with an adapter trained ` +
      `by ${method}, stored as ${WHAT[config.peft_type]}.${beside}`,
    "",
    ...(text ? [`Text: ${code(text)}`, ""] : []),
    `Trainable parameters: ${trainable.adapter} in the adapter, ${trainable.head} in the head.`,
    "",
    ...(labels.length > 0
      ? [
          "## Labels",
          "",
          "The adapter's files carry no label names. In class-id order:",
          "",
          "| id | label |",
          "|---|---|",
          ...labels.map((label, id) => `| ${id} | ${cell(label)} |`),
          "",
        ]
      : []),
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
