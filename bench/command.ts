/**
 * The benchmark's command line: builds and serves its page, measures in headless Chromium, prints
 * Markdown tables.
 */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import sirv from "sirv";
import { build, type Plugin, preview } from "vite";
import { type AdapterChoice, openBrowser } from "../bin/headless/browser";
import { messageOf } from "../src/errors/message-of";
import { ensureBuild, projectRoot } from "../tools/build.mjs";
import { type Measured, PARTS, type Part } from "./page/parts";
import { pageSize } from "./page-size";
import { pytorchTimes } from "./pytorch";
import { report, sizeReport, visitReport } from "./report";
import { visit } from "./visit";

const say = (line: string) => process.stderr.write(`${line}\n`);

/** The bundled model that the page measures. */
const BUNDLED = "tiny-base";
/** The part that is measured as a visitor sees it, on the built page. */
const VISIT = "page";

interface Options {
  adapter: AdapterChoice;
  only?: (Part | typeof VISIT)[];
  methods?: string[];
  model?: string;
}

/**
 * Runs one command line and resolves to the exit code: 0 when everything was measured, whatever the
 * numbers are.
 */
export async function main(commandLine: string[]): Promise<number> {
  const program = new Command("bench")
    .description("Measures the studio's goals on this machine and prints ratios as Markdown tables.")
    .exitOverride()
    .addOption(
      new Option("--adapter <KIND>", "graphics adapter; auto: hardware where there is one, else software")
        .choices(["auto", "hardware", "software"] satisfies AdapterChoice[])
        .default("auto"),
    )
    .addOption(new Option("--only <PARTS...>", "measure these parts").choices([...PARTS, VISIT]))
    .option(
      "--methods <IDS...>",
      "of the steps, measure these methods; every method takes half an hour on a software adapter",
    )
    .option("--model <FOLDER>", "measure steps of this model too, on both executors");
  try {
    await bench(program.parse(commandLine, { from: "user" }).opts<Options>());
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

async function bench({ only = [...PARTS, VISIT], ...options }: Options): Promise<void> {
  await ensureBuild(say);
  if (only.includes(VISIT)) console.log(visitReport(await visit()));
  const parts = only.filter((part) => part !== VISIT);
  if (parts.length > 0) await benchParts(parts, options);
  console.log(sizeReport(pageSize(join(projectRoot, "dist"))));
}

/** Parts that a page of the benchmark's own measures. */
async function benchParts(
  only: readonly Part[],
  { adapter: choice, methods = [], model }: Omit<Options, "only">,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "studio-bench-"));
  try {
    say("Building the benchmark's page …");
    // A build of its own, since the benchmark is no part of what people are served.
    await build({
      root: projectRoot,
      logLevel: "error",
      build: { outDir: folder, rolldownOptions: { input: join(projectRoot, "bench/page/index.html") } },
    });
    const server = await preview({
      root: projectRoot,
      logLevel: "error",
      build: { outDir: folder },
      preview: { host: "127.0.0.1", port: 0, open: false },
      plugins: model === undefined ? [] : [served(model)],
    });
    const extra = model === undefined ? [] : readdirSync(model);
    const { browser, adapter } = await openBrowser(choice);
    try {
      const page = await browser.newPage();
      page.on("console", (message) => say(message.text()));
      const failed = new Promise<never>((_, reject) => {
        page.on("pageerror", reject);
        page.on("crash", () => reject(new Error("The browser's page crashed, for want of memory perhaps.")));
      });
      failed.catch(() => undefined);
      const [url] = server.resolvedUrls?.local ?? [];
      await page.goto(`${url}bench/page/index.html`);
      await page.waitForFunction(() => window.bench !== undefined);
      const surroundings = await Promise.race([page.evaluate(() => window.bench.open()), failed]);
      console.log(report.surroundings({ ...surroundings, adapter, chromium: browser.version() }));
      for (const part of only) {
        const asked = { part, methods, extra };
        const measuring = page.evaluate((wanted) => window.bench.measure(wanted.part, wanted), asked);
        const measured = await Promise.race([measuring, failed]);
        console.log(report.part(measured.part === "executors" ? await besidePytorch(measured, model) : measured));
      }
    } finally {
      await browser.close();
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The same steps in PyTorch, where it is there. */
async function besidePytorch<Times extends Extract<Measured, { part: "executors" }>>(
  measured: Times,
  model: string | undefined,
): Promise<Times> {
  const bundled = join(projectRoot, "public/models", BUNDLED);
  const models = [
    { name: BUNDLED, folder: bundled, rows: 8, tokens: 64 },
    ...(model === undefined ? [] : [{ name: "extra", folder: model, rows: 8, tokens: 48 }]),
  ];
  const rows = await pytorchTimes(models);
  if (!rows)
    process.stderr.write(
      "Python has no torch, transformers and peft: PyTorch is left out (BENCH_PYTHON names another).\n",
    );
  return { ...measured, rows: [...measured.rows, ...(rows ?? [])] };
}

/** A model's folder beside the page. */
function served(folder: string): Plugin {
  return {
    name: "extra-model",
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use("/extra", sirv(folder, { dev: true }));
    },
  };
}
