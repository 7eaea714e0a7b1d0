/**
 * `npm run fuzz`: seeded inputs for every reader, 20,000 in all unless told otherwise, each held to
 * 2 s of processor time and 1 GB of memory. Prints a table of what came of them, and every finding
 * with the seed that makes it again; ends with 1 if there is any.
 */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { withModules } from "../project-modules.mjs";
import { fill } from "../tables/documents.mjs";

const MOST_SECONDS = 2;
const MOST_BYTES = 1e9;
const FINDINGS = ["wording", "unclear", "silent", "hang", "memory"];
const COLUMNS = ["accepted", "refused", ...FINDINGS];

const command = new Command("fuzz")
  .option("--kind <NAME>", "this kind of input alone")
  .option("--count <NUMBER>", "inputs of all kinds together", "20000")
  .option("--from <SEED>", "the first seed", "0")
  .option("--write", "write the table into docs/reliability.md")
  .parse();
const { kind: only, count, from, write } = command.opts();

/**
 * @param {string} kind
 * @param {number} from
 * @param {number} to
 * @returns {Promise<{ kind: string, seed: number, what: string, message: string }[]>}
 */
async function inputsOf(kind, from, to) {
  const found = [];
  for (let next = from; next < to; ) {
    const told = await batchOf(kind, next, to);
    found.push(...told);
    // A process that ended early ended in the input after the last one it told of.
    next += Math.max(1, told.length);
  }
  return found;
}

/**
 * One process; ends early with an input that hangs or takes too much memory.
 * @param {string} kind
 * @param {number} from
 * @param {number} to
 * @returns {Promise<{ kind: string, seed: number, what: string, message: string }[]>}
 */
function batchOf(kind, from, to) {
  const child = spawn(process.execPath, [
    "--max-old-space-size=1500",
    fileURLToPath(new URL("child.mjs", import.meta.url)),
    ...[kind, from, to].map(String),
  ]);
  const told = /** @type {{ kind: string, seed: number, what: string, message: string }[]} */ ([]);
  let what = "";
  let seed = from;
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const said = JSON.parse(line);
    if (said.what !== undefined) {
      ({ what, seed } = said);
      return;
    }
    const slow = said.seconds > MOST_SECONDS;
    const large = said.bytes > MOST_BYTES;
    told.push({
      seed,
      what,
      kind: slow ? "hang" : large ? "memory" : said.kind,
      message: slow ? `${said.seconds.toFixed(1)} s` : large ? `${(said.bytes / 1e6).toFixed(0)} MB` : said.message,
    });
    // What one input took stays with the process.
    if (large) child.kill("SIGKILL");
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code, signal) => {
      const ended = told.at(-1)?.seed === seed;
      if (code === 0 || (ended && signal === "SIGKILL")) resolve(told);
      else if (what === "") reject(new Error(errors || `The process ended with ${code ?? signal}.`));
      // `watch.mjs` said so.
      else if (errors.includes("never ended")) resolve([...told, { seed, what, kind: "hang", message: "never ended" }]);
      else resolve([...told, { seed, what, kind: "memory", message: `the process ended: ${errors.slice(0, 300)}` }]);
    });
  });
}

const { kinds } = await withModules((load) => load("/tests/fuzz/registry.ts"));
const names = kinds
  .map((/** @type {any} */ { name }) => name)
  .filter((/** @type {string} */ name) => !only || name === only);
if (names.length === 0) throw new Error(`There is no kind "${only}".`);
const each = Math.ceil(Number(count) / names.length);

/** @type {string[]} */
const lines = [`| kind | inputs | ${COLUMNS.join(" | ")} |`, `|---|---:|${COLUMNS.map(() => "---:|").join("")}`];
const totals = COLUMNS.map(() => 0);
let bad = 0;
for (const name of names) {
  const found = await inputsOf(name, Number(from), Number(from) + each);
  const counts = COLUMNS.map((column) => found.filter(({ kind }) => kind === column).length);
  for (const [index, number] of counts.entries()) totals[index] = totals[index] + number;
  lines.push(`| ${name} | ${found.length} | ${counts.join(" | ")} |`);
  console.log(lines.at(-1));
  for (const { kind, seed, what, message } of found.filter(({ kind }) => FINDINGS.includes(kind))) {
    bad++;
    console.log(`  ${name} ${seed} (${what.slice(0, 200)}): ${kind}: ${message.slice(0, 300)}`);
  }
}
lines.push(`| **all** | ${totals.reduce((sum, number) => sum + number, 0)} | ${totals.join(" | ")} |`);
console.log(`\n${lines.join("\n")}`);
if (write && bad === 0) fill("docs/reliability.md", "fuzz", lines);
process.exitCode = bad === 0 ? 0 : 1;
