/**
 * `npm run bench:learning -- --data FOLDER --out FOLDER`: what methods learn on public datasets, with the headless runner:
 * one comparison a dataset, every method with the same batches and as many seeds, and a Markdown table of mean ± standard
 * deviation over the seeds. Comparisons that are already in the output folder are not run again.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Papa from "papaparse";

/** Files below the data folder, and the text that says the task. */
const DATASETS = {
  sst2: {
    title: "SST-2",
    train: "sst2/train20k.csv",
    validation: "sst2/dev.csv",
    columns: { text: "text", label: "label" },
    text: "Classify the positive or negative sentiment from the text",
  },
  trec: {
    title: "TREC",
    train: "trec/train.csv",
    validation: "trec/test.csv",
    columns: { text: "text", label: "label" },
    text: "Classify whether the question asks for a number, a place, a person or a description:",
  },
  emotion: {
    title: "emotion",
    train: "tweet_emotion/train.csv",
    validation: "tweet_emotion/val.csv",
    columns: { text: "text", label: "label" },
    text: "Classify the joy or sadness or anger or fear or love or surprise from the text:",
  },
  sick: {
    title: "SICK",
    train: "sick/train.csv",
    validation: "sick/dev.csv",
    columns: { text: "premise", textPair: "hypothesis", label: "label" },
    text: "Recognize the textual entailment from the text:",
  },
  wnut17: {
    title: "WNUT-17",
    task: "token-classification",
    train: "wnut17/train.csv",
    validation: "wnut17/dev.csv",
    columns: { tokens: "tokens", tags: "tags" },
    text: "classify the token of the text:",
  },
};

/** Methods that read a text of the task. */
const READERS = ["sk-prefix", "sk-prompt", "hard-text"];

const list = (/** @type {string} */ value) => value.split(",");
const whole = (/** @type {string} */ value) => Number.parseInt(value, 10);
const command = new Command("bench:learning")
  .requiredOption("--data <DIR>", "folder with the datasets' folders")
  .requiredOption("--out <DIR>", "folder for configurations and results")
  .option("--model <NAME>", "bundled model", "small-base")
  .option("--datasets <IDS>", Object.keys(DATASETS).join(", "), list, ["sst2", "trec", "emotion"])
  .option("--methods <IDS>", "methods, comma-separated", list, ["linear-probe", "hard-text", "sk-prefix", "lora"])
  .option("--steps <N>", "steps", whole, 40)
  .option("--batch-size <N>", "rows a step", whole, 16)
  .option("--seeds <N>", "seeds from 0 on", whole, 3)
  .option("--rows <N>", "validation rows, from the file's first on", whole, 300)
  .option("--max-length <N>", "tokens of a text", whole, 64)
  .option("--pooling <KIND>", "what the head reads: last or mean (the family's own unless told)")
  .option("--adapter <KIND>", "as for the headless runner", "auto")
  .parse();
const options = command.opts();
const out = resolve(options.out);

/** A comparison of all methods on one dataset, as the headless runner reads it. */
function configuration(/** @type {keyof typeof DATASETS} */ id) {
  const { train, validation, text, title: _, ...data } = { task: "sequence-classification", ...DATASETS[id] };
  const path = join(out, `${id}-validation.csv`);
  const { data: rows } = Papa.parse(readFileSync(join(options.data, validation), "utf8"), { skipEmptyLines: true });
  writeFileSync(path, Papa.unparse(rows.slice(0, options.rows + 1)));
  return {
    model: `bundled:${options.model}`,
    data: { ...data, train: resolve(options.data, train), validation: path, maxLength: options.maxLength },
    training: {
      steps: options.steps,
      batchSize: options.batchSize,
      seeds: options.seeds,
      evalEvery: options.steps,
      pooling: options.pooling ?? null,
    },
    runs: options.methods.map((/** @type {string} */ method) => ({
      name: method,
      method,
      options: READERS.includes(method) ? { text } : {},
    })),
  };
}

/** Results of a comparison, run now unless it was before. */
function summary(/** @type {keyof typeof DATASETS} */ id) {
  const results = join(out, `${id}-${options.model}`);
  const place = join(results, "summary.json");
  if (!existsSync(place)) {
    const path = join(out, `${id}-${options.model}.json`);
    writeFileSync(path, `${JSON.stringify(configuration(id), null, 2)}\n`);
    const studio = fileURLToPath(new URL("../bin/studio.mjs", import.meta.url));
    const { status } = spawnSync(
      process.execPath,
      [studio, "run", path, "--out", results, "--adapter", options.adapter],
      { stdio: "inherit" },
    );
    if (status !== 0) throw new Error(`The comparison on ${DATASETS[id].title} did not finish.`);
  }
  return JSON.parse(readFileSync(place, "utf8"));
}

/** A number in percent, or as it is where the metric is none of a share. */
function cell(/** @type {any} */ { metric, last, lastLoss }, /** @type {boolean} */ best) {
  const share = !["pearson", "spearman"].includes(metric);
  const show = (/** @type {number} */ value) => (share ? (100 * value).toFixed(1) : value.toFixed(3));
  const text = show(last.mean) + (last.count > 1 ? ` ± ${show(last.deviation)}` : "");
  return `${best ? `**${text}**` : text} (${lastLoss.mean.toFixed(3)})`;
}

mkdirSync(out, { recursive: true });
for (const id of options.datasets) {
  if (!(id in DATASETS)) command.error(`There is no dataset "${id}". Datasets: ${Object.keys(DATASETS).join(", ")}.`);
}
const summaries = options.datasets.map(summary);
const heads = options.datasets.map(
  (/** @type {keyof typeof DATASETS} */ id, /** @type {number} */ i) =>
    `${DATASETS[id].title}, ${summaries[i].groups[0].metric}`,
);
console.log(`\n| ${options.model} | ${heads.join(" | ")} |\n|---|${"---:|".repeat(heads.length)}`);
for (const [row, method] of options.methods.entries()) {
  const cells = summaries.map((/** @type {any} */ { groups }) => {
    const highest = Math.max(...groups.map((/** @type {any} */ { last }) => last.mean));
    return cell(groups[row], groups[row].last.mean === highest);
  });
  console.log(`| ${method} | ${cells.join(" | ")} |`);
}
