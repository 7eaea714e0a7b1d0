/**
 * README.md of an exported adapter: what it is, its labels, how to load it in PEFT, what was
 * measured. Not for: computing any of it.
 */

import { escapeMarkdown, escapeMarkdownLine } from "../../data/markdown";
import { formOf } from "../forms/registry";
import { PEFT } from "../peft-layout";
import type { ModelCardContent } from "./content";
import { elsewhere } from "./elsewhere";
import { code, loading } from "./use";
import { writingSection } from "./writing";

const BESIDE: Record<NonNullable<ModelCardContent["origin"]>, string> = {
  trained: "",
  encoder:
    " The small encoder that made them lies beside them in `sk_adapter.safetensors`, so that training can go on in the " +
    "studio.",
  folded:
    " It was made by what was trained, which PEFT does not know, and folded into this form; what was trained lies beside it in `sk_adapter.safetensors`, so that training can go on in the studio.",
};

function frontMatter({ config, origin, task }: ModelCardContent): string[] {
  const base = config.base_model_name_or_path ?? "";
  const tags = [`base_model:adapter:${base}`, ...(formOf(config.peft_type).tags ?? []), "transformers"];
  if (origin === "folded") {
    tags.push("sk-tuning");
  }
  return [
    "---",
    `base_model: ${JSON.stringify(base)}`,
    `library_name: ${formOf(config.peft_type).layout.library.name}`,
    `pipeline_tag: ${task.pipeline}`,
    "tags:",
    ...tags.sort().map((tag) => `- ${JSON.stringify(tag)}`),
    "---",
  ];
}

/** Figures of rows that had no say in how it was trained, and what they are worth. */
function tested({ tested: found }: ModelCardContent): string[] {
  if (!found) return ["", "It was not measured on test rows: whatever was chosen by the validation rows flatters it."];
  const { rows, looks, shown } = found;
  return [
    "",
    `On ${rows} test rows, which nothing was chosen by:`,
    "",
    "| test | value | 95 % interval |",
    "|---|---|---|",
    ...shown.map(({ title, value, low, high }) => `| ${title} | ${value} | ${low} to ${high} |`),
    ...lookedAt(looks),
  ];
}

/**
 * A browser that has looked once may be one that knows of no looks before, as the headless
 * runner's: nothing is said then.
 */
function lookedAt(looks: number | null): string[] {
  if (looks === null) return ["", "How often these rows had been looked at before is not known."];
  if (looks === 1) return [];
  return [
    "",
    `The browser that trained it has looked at these rows ${looks} times: what was chosen in between makes them less ` +
      "of a test.",
  ];
}

function measured(content: ModelCardContent): string[] {
  const { metrics, data, steps, task } = content;
  // The runner's may be a path; where it lay is nobody else's business.
  const file = code(data.file.replace(/^.*[\\/]/, ""));
  const lines = [
    `Trained for ${steps} steps on ${data.trainRows} rows of ${file}; validated on ${data.validationRows} rows.`,
  ];
  if (data.changes !== undefined) {
    lines.push(`Not as the file has them: ${data.changes}; \`run.json\` lists them (\`data.changes\`).`);
  }
  if (data.transforms !== undefined) {
    lines.push(`The training rows were changed: ${code(data.transforms)} (\`data.transforms\` of \`run.json\`).`);
  }
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
  return content.tested === undefined ? lines : [...lines, ...tested(content)];
}

/** What it is read with, and what that does. */
function calibration({ calibration: tuned, task }: ModelCardContent): string[] {
  if (!tuned || !("chances" in task)) return [];
  const { temperature, thresholdFigures, notes, part, imported, rows, before, after } = tuned;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const where = imported
    ? `on ${rows} other validation rows than it was tuned on`
    : part === "test"
      ? `on ${rows} test rows, which had no part in it`
      : `on the ${rows} validation rows that it was tuned on, so other rows may gain less`;
  return [
    "## Calibration",
    "",
    `Logits are divided by the temperature ${temperature}${thresholdFigures ? ", and a label is given where its chance is above its threshold" : ""}. Tuned on`,
    `validation rows; measured ${where}.`,
    "",
    "| | as trained | calibrated |",
    "|---|---:|---:|",
    `| expected calibration error (${before.bins.length} bins) | ${percent(before.ece)} | ${percent(after.ece)} |`,
    "",
    ...(thresholdFigures
      ? [
          "| label | threshold | F1 above 0.5 | F1 above the threshold |",
          "|---|---:|---:|---:|",
          ...thresholdFigures.map(
            (own) =>
              `| ${escapeMarkdown(own.label)} | ${own.threshold} | ${percent(own.before)} | ${percent(own.after)} |`,
          ),
          "",
        ]
      : []),
    ...notes.flatMap((note) => [escapeMarkdownLine(note), ""]),
  ];
}

/** The text of README.md, in Markdown with YAML front matter. */
export function modelCard(content: ModelCardContent): string {
  const { run, method, config, task, labels, text, origin = "trained", resumes, trainable, versions } = content;
  const form = formOf(config.peft_type);
  const beside = BESIDE[origin];
  return [
    ...frontMatter(content),
    "",
    `# ${escapeMarkdown(run)}`,
    "",
    `${task.what}: the frozen base model ${code(config.base_model_name_or_path ?? "")} with an adapter trained ` +
      `by ${method}, stored as ${form.sentence}.${beside}`,
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
          ...labels.map((label, id) => `| ${id} | ${escapeMarkdown(label)} |`),
          "",
        ]
      : []),
    "## Use",
    "",
    ...loading(content),
    "",
    ...(content.writing ? writingSection(content.writing) : []),
    ...(form.layout.library === PEFT && !form.verbatim ? elsewhere(content) : []),
    "## Measured",
    "",
    ...measured(content),
    "",
    ...calibration(content),
    "`run.json` has the full configuration and every evaluation.",
    ...(resumes
      ? ["Training can go on where it was left: import the folder into the studio (`training_state.safetensors`)."]
      : []),
    "",
    "### Framework versions",
    "",
    `- ${form.layout.library.version(config)} (layout)`,
    ...Object.entries(versions).map(([name, version]) => `- ${name} ${version}`),
    "",
  ].join("\n");
}
