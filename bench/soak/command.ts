/**
 * Whether memory grows: trains the smallest steps for minutes and draws a line through what its
 * processes, its JavaScript and the executor hold. Not for how fast anything is (`../command.ts`).
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { ExecutorChoice } from "../../bin/headless/browser";
import { messageOf } from "../../src/errors/message-of";
import { ensureBuild, projectRoot } from "../../tools/build.mjs";
import { fill } from "../../tools/tables/documents.mjs";
import { collect, heldBytes, processBytes } from "./memory";
import { memoryTables, type Sample, type Soaked } from "./table";
import { trainWhile, type Watched } from "./training";

const EXECUTORS = ["processor", "software"] as const satisfies readonly ExecutorChoice[];
/** Share of the time in which garbage is collected before every sample. */
const COLLECTED = 0.6;
const DOCUMENT = "docs/measured.md";
const MEASURED = join(projectRoot, "bench/soak/measured.json");

interface Options {
  minutes: number;
  every: number;
  executor?: (typeof EXECUTORS)[number];
  jsFlags?: string;
  write?: boolean;
}

/** Runs one command line and resolves to the exit code: 0 when everything was measured. */
export async function main(commandLine: string[]): Promise<number> {
  const program = new Command("soak")
    .description("Trains small steps for minutes and says whether memory grows, as Markdown tables.")
    .exitOverride()
    .option("--minutes <NUMBER>", "of each executor, from the first step on", positive, 5)
    .option("--every <SECONDS>", "between two samples", positive, 15)
    .option("--js-flags <FLAGS>", "of the browser's V8, such as --min-semi-space-size=16; default: as people have it")
    .option("--write", "keep the samples in bench/soak/measured.json and fill the tables of docs/measured.md")
    .addOption(new Option("--executor <NAME>", "this one alone; default: both").choices([...EXECUTORS]));
  try {
    const { executor, jsFlags, write, ...options } = program.parse(commandLine, { from: "user" }).opts<Options>();
    await ensureBuild((line) => process.stderr.write(`${line}\n`));
    const all: Soaked[] = [];
    for (const own of executor ? [executor] : EXECUTORS) {
      const soaked = await trainWhile(own, jsFlags, (watched) => soak(own, watched, options));
      all.push({ ...soaked, ...(jsFlags !== undefined && { jsFlags }) });
    }
    console.log(Object.values(memoryTables(all)).flat().join("\n"));
    if (write) {
      const kept = withOthers(all);
      writeFileSync(MEASURED, `${JSON.stringify(kept)}\n`);
      for (const [name, lines] of Object.entries(memoryTables(kept))) fill(DOCUMENT, name, lines);
    }
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

/** With what others came to, other executors or other flags, when they were measured last. */
function withOthers(all: readonly Soaked[]): Soaked[] {
  const before: Soaked[] = existsSync(MEASURED) ? JSON.parse(readFileSync(MEASURED, "utf8")) : [];
  const known = new Map<string, Soaked>();
  for (const one of [...all, ...before]) {
    const key = `${one.executor} ${one.jsFlags ?? ""}`;
    if (!known.has(key)) known.set(key, one);
  }
  return EXECUTORS.flatMap((name) => [...known.values()].filter(({ executor }) => executor === name));
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is needed.");
  return value;
}

async function soak(
  executor: string,
  watched: Watched,
  { minutes, every }: Pick<Options, "minutes" | "every">,
): Promise<Soaked> {
  while (watched.step === 0) await pause(100);
  const began = performance.now();
  const sampling = async (samples: Sample[], share: number, look: () => Promise<Sample["bytes"]>) => {
    while (performance.now() < began + share * minutes * 60_000) {
      await pause(every * 1000);
      const bytes = await look();
      samples.push({ step: watched.step, bytes });
      process.stderr.write(`${executor}: step ${watched.step}\n`);
    }
  };
  const afterCollection = async () => {
    await collect(watched);
    return processBytes(watched);
  };
  const collected: Sample[] = [];
  await Promise.all([
    sampling(collected, COLLECTED, afterCollection),
    // Takes as long as the browser takes to look through everything.
    sampling(collected, COLLECTED, () => heldBytes(watched)),
  ]);
  collected.push({ step: watched.step, bytes: await afterCollection() });
  const leftAlone: Sample[] = [];
  await sampling(leftAlone, 1, () => processBytes(watched));
  const after = { bytes: await afterCollection(), step: watched.step };
  return { executor, device: watched.device, browser: watched.browser.version(), collected, leftAlone, after };
}
