/**
 * `npm run bench:learning -- --data FOLDER --out FOLDER`: what methods learn on public datasets,
 * with the headless runner: one comparison a seed, every method with the same batches, and a
 * Markdown table of mean ± standard deviation over the seeds. Comparisons that are already in the
 * output folder are not run again.
 */

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import Papa from "papaparse";

/**
 * Files below the data folder, the text that says the task, and how a prompt asks for the labels'
 * words.
 */
const DATASETS = {
  sst2: {
    title: "SST-2",
    train: "sst2/train20k.csv",
    validation: "sst2/dev.csv",
    columns: { text: "text", label: "label" },
    text: "Classify the positive or negative sentiment from the text",
    question: "\nThe sentiment is",
    words: { 0: "negative", 1: "positive" },
  },
  trec: {
    title: "TREC",
    train: "trec/train.csv",
    validation: "trec/test.csv",
    columns: { text: "text", label: "label" },
    text: "Classify whether the question asks for a number, a place, a person or a description:",
    question: "\nThe question asks for a",
    words: { ABBR: "short form", DESC: "description", ENTY: "thing", HUM: "person", LOC: "location", NUM: "number" },
  },
  emotion: {
    title: "emotion",
    train: "tweet_emotion/train.csv",
    validation: "tweet_emotion/val.csv",
    columns: { text: "text", label: "label" },
    text: "Classify the anger or joy or optimism or sadness from the text:",
    question: "\nThe feeling is",
    words: { anger: "anger", joy: "joy", optimism: "hope", sadness: "sadness" },
  },
  sick: {
    title: "SICK",
    train: "sick/train.csv",
    validation: "sick/dev.csv",
    columns: { text: "premise", textPair: "hypothesis", label: "label" },
    text: "Recognize the textual entailment from the text:",
    question: "\nThe second sentence is",
    words: { contradiction: "false", entailment: "true", neutral: "not known" },
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

/** Rows among which an example of each label is looked for, and the fewest letters of one. */
const EXAMPLE_ROWS = 200;
const EXAMPLE_LETTERS = 20;

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
  .option("--pooling <KIND>", "what the head reads: last or mean (default: the family's own)")
  .option("--adapter <KIND>", "as for the headless runner", "auto")
  .parse();
const options = command.opts();
const out = resolve(options.out);

const rowsOf = (/** @type {string} */ path) =>
  Papa.parse(readFileSync(join(options.data, path), "utf8"), { header: true, skipEmptyLines: true }).data;

/**
 * The shortest text of each label among the first training rows, with its label's word in brackets.
 */
function examples(/** @type {any} */ { train, columns, words }) {
  const rows = rowsOf(train).slice(0, EXAMPLE_ROWS);
  const said = (/** @type {any} */ row) => [row[columns.text], row[columns.textPair]].filter(Boolean).join(" ");
  return Object.entries(words)
    .map(([label, word]) => {
      const own = rows.filter((/** @type {any} */ row) => row[columns.label] === label).map(said);
      const long = own.filter((/** @type {string} */ text) => text.length >= EXAMPLE_LETTERS);
      const [shortest] = long.sort((/** @type {string} */ a, /** @type {string} */ b) => a.length - b.length);
      return `${shortest} = [${word}]`;
    })
    .join(" ");
}

/** Methods that take no step answer alike with every seed. */
const UNTRAINED = ["zero-shot", "nearest-neighbours", "fitted-head", "bag-of-words", "majority"];

/** What a method is told about the task; null where it has no form of it. */
function taskOptions(/** @type {string} */ method, /** @type {any} */ dataset) {
  const { text, words, question, task } = dataset;
  switch (method) {
    case "sk-prefix":
    case "sk-prompt":
    case "hard-text":
      return { text };
    case "cpt":
      return { text: words ? examples(dataset) : text };
    case "zero-shot":
      if (!words) return null;
      return {
        template: `{text}${question}`,
        words: Object.entries(words)
          .map(([label, word]) => `${label}: ${word}`)
          .join("; "),
      };
    case "nearest-neighbours":
    case "fitted-head":
      return words ? {} : null;
    case "bag-of-words":
    case "majority":
      return task === "token-classification" ? null : {};
    default:
      return {};
  }
}

/** A comparison of all methods on one dataset, as the headless runner reads it. */
function configuration(/** @type {keyof typeof DATASETS} */ id, /** @type {number} */ seed) {
  const { task = "sequence-classification", train, validation, columns } = /** @type {any} */ (DATASETS[id]);
  const path = join(out, `${id}-validation.csv`);
  writeFileSync(path, Papa.unparse(rowsOf(validation).slice(0, options.rows)));
  return {
    version: 2,
    model: `bundled:${options.model}`,
    data: { task, columns, train: resolve(options.data, train), validation: path, maxLength: options.maxLength },
    training: {
      steps: options.steps,
      batchSize: options.batchSize,
      seed,
      evalEvery: options.steps,
      pooling: options.pooling ?? null,
    },
    runs: options.methods.flatMap((/** @type {string} */ method) => {
      const told = seed > 0 && UNTRAINED.includes(method) ? null : taskOptions(method, DATASETS[id]);
      return told === null ? [] : [{ name: method, method, options: told }];
    }),
  };
}

/**
 * What each method got on a dataset with each seed: metric, value and loss. Comparisons that are
 * there are not run again.
 */
function results(/** @type {keyof typeof DATASETS} */ id) {
  return Array.from({ length: options.seeds }, (_, seed) => {
    const name = `${id}-${options.model}-seed${seed}`;
    const place = join(out, name, "summary.json");
    if (!existsSync(place)) {
      const path = join(out, `${name}.json`);
      writeFileSync(path, `${JSON.stringify(configuration(id, seed), null, 2)}\n`);
      const studio = fileURLToPath(new URL("../bin/studio.mjs", import.meta.url));
      const { status } = spawnSync(
        process.execPath,
        [studio, "run", path, "--out", join(out, name), "--adapter", options.adapter],
        { stdio: "inherit" },
      );
      if (status !== 0) throw new Error(`The comparison on ${DATASETS[id].title} with seed ${seed} did not finish.`);
    }
    return JSON.parse(readFileSync(place, "utf8")).groups;
  }).flat();
}

const mean = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation of the sample. */
function deviation(/** @type {number[]} */ values) {
  const squares = values.map((value) => (value - mean(values)) ** 2);
  return Math.sqrt((mean(squares) * values.length) / (values.length - 1));
}

/** A number in percent, or as it is where the metric is none of a share. */
function cell(/** @type {any[]} */ groups, /** @type {boolean} */ best) {
  const share = !["pearson", "spearman"].includes(groups[0].metric);
  const show = (/** @type {number} */ value) => (share ? (100 * value).toFixed(1) : value.toFixed(3));
  const values = groups.map(({ last }) => last.mean);
  const text = show(mean(values)) + (values.length > 1 ? ` ± ${show(deviation(values))}` : "");
  return `${best ? `**${text}**` : text} (${mean(groups.map(({ lastLoss }) => lastLoss.mean)).toFixed(3)})`;
}

mkdirSync(out, { recursive: true });
for (const id of options.datasets) {
  if (!(id in DATASETS)) command.error(`There is no dataset "${id}". Datasets: ${Object.keys(DATASETS).join(", ")}.`);
}
const found = options.datasets.map(results);
const heads = options.datasets.map(
  (/** @type {keyof typeof DATASETS} */ id, /** @type {number} */ i) => `${DATASETS[id].title}, ${found[i][0].metric}`,
);
console.log(`\n| ${options.model} | ${heads.join(" | ")} |\n|---|${"---:|".repeat(heads.length)}`);
for (const method of options.methods) {
  const cells = found.map((/** @type {any[]} */ groups) => {
    const of = (/** @type {string} */ one) => groups.filter(({ run }) => run === one);
    const value = (/** @type {string} */ one) => mean(of(one).map(({ last }) => last.mean));
    const compared = options.methods.filter((/** @type {string} */ one) => of(one).length > 0);
    return compared.includes(method) ? cell(of(method), value(method) === Math.max(...compared.map(value))) : "–";
  });
  console.log(`| ${method} | ${cells.join(" | ")} |`);
}
