/**
 * A training that goes on until it is stopped, as `npm run studio` runs it: headless Chromium, the
 * runner's page, and results and checkpoints on the disk. Not for what it takes: `memory.ts`.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import type { ExecutorChoice } from "../../bin/headless/browser";
import { Interruption } from "../../bin/headless/interruption";
import { OutFolder } from "../../bin/headless/out-folder";
import { prepare } from "../../bin/headless/preparation";
import { PlainProgress } from "../../bin/headless/progress";
import { serveStudio } from "../../bin/headless/server";
import { Training } from "../../bin/headless/training";
import { HUB_ADDRESS } from "../../src/hub/hub-client";
import { projectRoot } from "../../tools/build.mjs";

/** Two blocks, 48 wide: a step of it is the smallest there is. */
const MODEL = "tests/fixtures/reference/models/tiny-llama";
/** A tenth of them are for validation. */
const TEXTS = 40;

/** While it trains. */
export interface Watched {
  readonly browser: Browser;
  readonly page: Page;
  /** For a person: what computes. */
  readonly device: string;
  /** Updates that every run has done. */
  readonly step: number;
  /** What the executor says that it holds. */
  readonly deviceBytes: number;
}

/**
 * Trains for as long as `watch` takes.
 * @param jsFlags of the browser's V8; default: as people have it
 * @throws {Error} When it cannot begin, or ends before `watch` does.
 */
export async function trainWhile<Result>(
  adapter: ExecutorChoice,
  jsFlags: string | undefined,
  watch: (watched: Watched) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "studio-soak-"));
  const server = await serveStudio(projectRoot, HUB_ADDRESS);
  const interruption = new Interruption();
  const progress = new PlainProgress((text) => process.stderr.write(text));
  try {
    const train = join(folder, "rows.csv");
    writeFileSync(train, tableOfTexts());
    const json = JSON.stringify(configurationOf(train));
    const job = { json, folder: projectRoot, adapter, endpoint: HUB_ADDRESS, server, progress, jsFlags };
    const out = new OutFolder(join(folder, "results"));
    const training = new Training(job, out, { out: out.path, adapter, endpoint: HUB_ADDRESS }, undefined, interruption);
    const known = { step: 0, deviceBytes: 0 };
    const prepared = await prepare(job, {
      event: (event) => {
        training.event(event);
        if (event.type !== "comparison-state") return;
        known.step = event.step;
        known.deviceBytes = event.memoryBytes.total;
      },
      error: (message) => training.error(message),
      placeForState: (run) => training.placeForState(run),
      stateProblem: (run, problem) => training.stateProblem(run, problem),
    });
    const { browser, page } = prepared;
    try {
      const ended = training.compare(prepared, []);
      const early = ended.then(() => Promise.reject(new Error("The training ended before it was to.")));
      early.catch(() => undefined);
      const { name: device } = await page.call("readDevice");
      const [opened] = browser.contexts().flatMap((context) => context.pages());
      const watched = Object.assign(known, { browser, page: opened!, device });
      const result = await Promise.race([watch(watched), early]);
      await page.call("stop");
      await ended;
      return result;
    } finally {
      await browser.close();
    }
  } finally {
    interruption.close();
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

function configurationOf(train: string) {
  return {
    version: 2,
    model: `dir:${MODEL}`,
    data: {
      task: "sequence-classification",
      train,
      validation: 0.1,
      columns: { text: "text", label: "label" },
      maxLength: 16,
    },
    training: { seed: 0, steps: 1_000_000, batchSize: 1, evalEvery: 1000 },
    runs: [
      { name: "LoRA", method: "lora", options: { rank: 4 } },
      { name: "SK-Prefix", method: "sk-prefix", options: { text: "Say how the weather is:" } },
    ],
  };
}
