/**
 * Writes docs/real-models.md: what `npm run test:real -- --full` measured, with its date. Not for
 * measuring.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../build.mjs";

const PATH = join(projectRoot, "docs", "real-models.md");

/** @param {number | null} value */
const short = (value) => (value === null ? "–" : value === 0 ? "0" : value.toExponential(1));

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.join(" | ")} |`;
  const rule = (/** @type {number} */ column) =>
    rows.every((row) => /^([\d.e+-]+|–)$/.test(row[column] ?? "")) ? "---:" : "---";
  return [line(head), line(head.map((_, column) => rule(column))), ...rows.map(line)];
}

/** @param {string} name */
function pinned(name) {
  const text = readFileSync(new URL("requirements.txt", import.meta.url), "utf8");
  return `${name} ${new RegExp(`^${name}==(.+)$`, "m").exec(text)?.[1]}`;
}

/**
 * @param {any} report Vitest's.
 * @param {{ model: string, task: string, run: string, kind: string, studio: number, theirs: number,
 * difference: number }[]} found Exported folders.
 * @param {number} executors Cases in which both executors agree.
 */
export function writeFigures(report, found, executors) {
  const tests = report.testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
  const measured = tests.flatMap((/** @type {any} */ test) => test.meta?.measured ?? []);
  const lines = [
    "# Real models",
    "",
    "You want to know whether what a method computes on a pretrained model, and what its folder gives elsewhere, is what",
    "the libraries give.",
    "",
    `Measured by \`npm run test:real -- --full\` on ${new Date().toISOString().slice(0, 10)}, against`,
    `${["torch", "transformers", "peft", "adapters"].map(pinned).join(", ")}.`,
    "Logits: the largest difference over the largest logit. Gradients: the largest relative distance of any trained",
    "tensor's.",
    "",
    ...table(
      ["model", "method", "logits", "gradients"],
      measured.map((/** @type {any} */ m) => [m.rig, m.method, short(m.logits), short(m.gradients)]),
    ),
    "",
    "Validation loss of exported folders after two steps, as the studio and as the library named gives it by the folder's",
    "own README.",
    "",
    ...table(
      ["model", "task", "run", "loaded as", "studio", "library", "relative difference"],
      found.map(({ model, task, run, kind, studio, theirs, difference }) => [
        ...[model, task, run, kind, studio.toFixed(6), theirs.toFixed(6), short(difference)],
      ]),
    ),
    ...(executors > 0
      ? ["", `The processor and the graphics device agree in ${executors} cases (\`tests/gpu/executors.test.ts\`).`]
      : []),
  ];
  writeFileSync(PATH, `${lines.join("\n")}\n`);
  console.log("docs/real-models.md is written.");
}
