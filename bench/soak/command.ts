/**
 * Whether memory grows: trains the smallest steps of the bundled model for minutes, through the
 * runner's page in headless Chromium, and draws a line through what its processes, its JavaScript
 * and the executor take. Not for how fast anything is (`../command.ts`).
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { Browser, Page } from "playwright";
import { type ExecutorChoice, openStudioBrowser } from "../../bin/headless/browser";
import { serveStudio } from "../../bin/headless/server";
import { messageOf } from "../../src/errors/message-of";
import { HUB_ADDRESS } from "../../src/hub/hub-client";
import type { Configuration } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/worker/api";
import { ensureBuild, projectRoot } from "../../tools/build.mjs";
import { slopeOf } from "./slope";

const EXECUTORS = ["processor", "software"] as const satisfies readonly ExecutorChoice[];
const PAGE_SIZE = 4096;
const TEXTS = 240;
/** Until then code is compiled and pools fill. */
const WARM_UP = 0.15;

/** Bytes at steps, by what has them. */
type Series = Map<string, { readonly step: number; readonly bytes: number }[]>;

interface Options {
  minutes: number;
  every: number;
  executor?: (typeof EXECUTORS)[number];
}

/** Runs one command line and resolves to the exit code: 0 when everything was measured. */
export async function main(commandLine: string[]): Promise<number> {
  const program = new Command("soak")
    .description("Trains small steps for minutes and says whether memory grows, as a Markdown table.")
    .exitOverride()
    .option("--minutes <NUMBER>", "of each executor", positive, 5)
    .option("--every <SECONDS>", "between two samples", positive, 5)
    .addOption(new Option("--executor <NAME>", "this one alone; default: both").choices([...EXECUTORS]));
  try {
    const { executor, ...options } = program.parse(commandLine, { from: "user" }).opts<Options>();
    await ensureBuild((line) => process.stderr.write(`${line}\n`));
    const rows: string[] = [];
    for (const own of executor ? [executor] : EXECUTORS) rows.push(...tableRows(own, await soak(own, options)));
    console.log(
      [
        "| executor | steps | what | first | last | MB per 1,000 steps (95 %) |",
        "|---|---:|---|---:|---:|---:|",
        ...rows,
      ].join("\n"),
    );
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above 0 is needed.");
  return value;
}

async function soak(
  choice: (typeof EXECUTORS)[number],
  { minutes, every }: Omit<Options, "executor">,
): Promise<Series> {
  const server = await serveStudio(projectRoot, HUB_ADDRESS);
  const { browser } = await openStudioBrowser(choice);
  const folder = mkdtempSync(join(tmpdir(), "studio-soak-"));
  try {
    const page = await browser.newPage();
    let step = 0;
    let device = 0;
    await page.exposeFunction("deliverEvents", (events: StudioEvent[]) => {
      for (const event of events) {
        if (event.type === "step") step = event.step;
        if (event.type === "comparison-state" && event.memoryBytes.total > 0) device = event.memoryBytes.total;
      }
    });
    await page.goto(new URL("runner.html", server.url).href);
    await page.waitForFunction(() => window.studioRunner !== undefined);
    const rows = join(folder, "rows.csv");
    writeFileSync(rows, tableOfTexts());
    const training = train(page, choice, server.shared.share(rows));
    training.catch(() => undefined);
    const series: Series = new Map();
    const keep = (bytes: Readonly<Record<string, number>>) => {
      for (const [name, own] of Object.entries(bytes))
        series.set(name, [...(series.get(name) ?? []), { step, bytes: own }]);
    };
    const end = performance.now() + minutes * 60_000;
    const until = async (look: () => Promise<void>) => {
      while (performance.now() < end) {
        await Promise.race([pause(every * 1000), training]);
        if (step > 0) await look();
      }
    };
    await Promise.all([
      until(async () => {
        keep({ ...(await processBytes(browser)), "executor's memory": device });
        process.stderr.write(`${choice}: step ${step}\n`);
      }),
      // Takes as long as the browser takes to collect its garbage.
      until(async () => keep(await scriptBytes(page))),
    ]);
    await page.evaluate(() => window.studioRunner.stop());
    await training;
    return series;
  } finally {
    await browser.close();
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

function tableOfTexts(): string {
  const lines = Array.from({ length: TEXTS }, (_, row) => {
    const wet = row % 2 === 1;
    return `row ${row} of a short text about ${wet ? "rain" : "sun"},${wet ? "wet" : "dry"}`;
  });
  return `text,label\n${lines.join("\n")}\n`;
}

/** Trains until it is stopped, on a table of the page's own server. */
async function train(page: Page, device: (typeof EXECUTORS)[number], url: string): Promise<void> {
  const configuration = {
    version: 2,
    model: "bundled:tiny-base",
    data: {
      task: "sequence-classification",
      train: "rows.csv",
      validation: 0.1,
      columns: { text: "text", label: "label" },
      maxLength: 16,
    },
    training: { seed: 0, steps: 1_000_000, batchSize: 1, evalEvery: 200 },
    runs: [
      { name: "LoRA", method: "lora", options: { rank: 4 } },
      { name: "SK-Prefix", method: "sk-prefix", options: { text: "Say how the weather is:" } },
    ],
  };
  await page.evaluate(
    async ({ json, url, device }) => {
      const runner = window.studioRunner;
      const parsed = await runner.parseConfiguration(json);
      if ("problem" in parsed) throw new Error(parsed.problem);
      const { configuration }: { configuration: Configuration } = parsed;
      await runner.openDevice(device);
      await runner.prepare(configuration, { train: { url, name: "rows.csv" }, validation: null, test: null });
      await runner.compare(configuration);
    },
    { json: JSON.stringify(configuration), url, device },
  );
}

/** Resident bytes of the renderer and of the graphics process; where there is /proc, on Linux. */
async function processBytes(browser: Browser): Promise<Record<string, number>> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const bytes: Record<string, number> = {};
  for (const { type, id } of processInfo) {
    if (type !== "renderer" && type !== "GPU") continue;
    try {
      const pages = Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]);
      bytes[`${type} process`] = (bytes[`${type} process`] ?? 0) + pages * PAGE_SIZE;
    } catch {
      // No such system, or the process has just ended.
    }
  }
  return bytes;
}

/** What JavaScript holds in page and worker after a collection. */
async function scriptBytes(page: Page): Promise<Record<string, number>> {
  const bytes = await page.evaluate(async () => {
    const measured = performance as unknown as { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measured.measureUserAgentSpecificMemory()).bytes;
  });
  return { "JavaScript and WebAssembly": bytes };
}

function tableRows(executor: string, series: Series): string[] {
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  return [...series].map(([name, all]) => {
    const samples = all.slice(Math.floor(all.length * WARM_UP));
    const [first, last] = [samples[0]!, samples.at(-1)!];
    const { slope, low, high } = slopeOf(
      samples.map(({ step }) => step),
      samples.map(({ bytes }) => bytes),
    );
    // Bytes a step, times 1,000 steps, over 1,000,000 bytes.
    const [per, from, to] = [slope, low, high].map((value) => (value / 1000).toFixed(3));
    return `| ${executor} | ${first.step} to ${last.step} | ${name} | ${megabytes(first.bytes)} | ${megabytes(last.bytes)} | ${per} (${from} to ${to}) |`;
  });
}
