/**
 * How long a visitor waits on the built page: until it can be used, for a table of one's own, for
 * the first points of the curves, and for a stop.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import Papa from "papaparse";
import type { Browser, Page } from "playwright";
import { preview } from "vite";
import { openStudioBrowser } from "../bin/headless/browser";
import { projectRoot } from "../tools/build.mjs";
import { HUB_SERVERS, securityHeaders } from "../tools/security/headers.mjs";
import { servedPolicy } from "../tools/security/plugin.mjs";

/** Of the table that is dropped. */
const ROWS = 5000;
/** Trained together while the page's tasks are watched. */
const MANY = [
  ...["sk-prefix", "sk-prompt", "lora", "prefix", "prompt", "ia3"],
  ...["dora", "adapter-houlsby", "adapter-pfeiffer", "ln-tuning", "vera", "linear-probe"],
];
/** Seconds for which they are. */
const WATCHED = 30;
/** Questions with their kind, over and over, no two of them alike. */
const SAMPLE = "public/samples/questions.csv";

export interface Wait {
  readonly what: string;
  readonly seconds: number;
  /** The most that is wanted, where there is a goal. */
  readonly goal: number | null;
}

export interface Visit {
  readonly rows: number;
  /** As the page says it. */
  readonly device: string;
  /** What is compared, with the page's own settings. */
  readonly runs: readonly string[];
  readonly waits: readonly Wait[];
  readonly tasks: PageTasks;
}

/** Tasks of the page's own thread while it draws what the worker trains. */
export interface PageTasks {
  readonly runs: number;
  /** Seconds that were watched. */
  readonly watched: number;
  readonly tasks: number;
  /** Milliseconds of processor time, the longest first. */
  readonly longest: readonly number[];
}

/** On the processor, as most people have it. */
export async function visit(): Promise<Visit> {
  const server = await preview({
    root: projectRoot,
    logLevel: "error",
    preview: { host: "127.0.0.1", port: 0, open: false, headers: securityHeaders(HUB_SERVERS) },
    plugins: [servedPolicy(HUB_SERVERS)],
  });
  const { browser } = await openStudioBrowser("processor");
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_, reject) => page.on("pageerror", reject));
    const address = server.resolvedUrls!.local[0]!;
    const waited = await Promise.race([watch(page, address), failed]);
    return { ...waited, tasks: await Promise.race([watchTasks(browser, address), failed]) };
  } finally {
    await browser.close();
    await server.close();
  }
}

async function watch(page: Page, address: string): Promise<Omit<Visit, "tasks">> {
  page.setDefaultTimeout(600_000);
  const waits: Wait[] = [];
  let since = performance.now();
  const begin = () => (since = performance.now());
  const note = (what: string, goal: number | null = null) =>
    waits.push({ what, seconds: (performance.now() - since) / 1000, goal });
  const compare = page.getByRole("button", { name: "Compare", exact: true });
  const status = page.locator(".compare-status");

  begin();
  await page.goto(address);
  await compare.and(page.locator(":enabled")).waitFor();
  note("from the address to a page that can compare");

  begin();
  const csv = { name: "questions.csv", mimeType: "text/csv", buffer: Buffer.from(table()) };
  await page.getByLabel("Your table", { exact: true }).setInputFiles(csv);
  await page.getByText("questions.csv").first().waitFor();
  await compare.and(page.locator(":enabled")).waitFor();
  note(`a table of ${ROWS.toLocaleString("en-US")} rows, opened`);

  begin();
  await compare.click();
  // Side by side: which comes first is the page's own affair.
  await Promise.all([
    drawn(page, "Validation accuracy").then(() => note("from Compare to the first validation point", 10)),
    drawn(page, "Training loss").then(() => note("from Compare to the first training point", 10)),
  ]);

  await status.filter({ hasText: /left/ }).waitFor();
  begin();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const now = page.getByRole("button", { name: "Stop now" });
  await Promise.race([now.waitFor(), status.filter({ hasText: /^(Stopped|Finished)/ }).waitFor()]);
  if (await now.isVisible()) await now.click();
  await status.filter({ hasText: /^(Stopped|Finished)/ }).waitFor();
  note("from Stop, and Stop now where it is offered, to the end");

  const names = await page.locator(".run-card").evaluateAll((cards) => cards.map((card) => card.ariaLabel ?? ""));
  const device = await page.getByRole("button", { name: /^Device/ }).innerText();
  return { rows: ROWS, device: device.replaceAll("\n", " "), runs: names, waits };
}

/** A dozen runs on a sample, from their first steps on. */
async function watchTasks(browser: Browser, address: string): Promise<PageTasks> {
  const page = await browser.newPage();
  page.setDefaultTimeout(600_000);
  await page.goto(address);
  await page.getByRole("button", { name: "Compare", exact: true }).and(page.locator(":enabled")).waitFor();
  const runs = MANY.map((method) => ({ name: method, method, options: {} }));
  const data = { train: "questions.csv", columns: { text: "text", label: "label" } };
  const training = { steps: 2000, batchSize: 4, evalEvery: 100, evalRows: 50 };
  const configuration = { version: 2, model: "bundled:tiny-base", data, runs, training };
  const file = { name: "dozen.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(configuration)) };
  await page.getByLabel("Configuration file", { exact: true }).setInputFiles(file);
  await page.getByText("Opened dozen.json").waitFor();
  await page.getByRole("button", { name: "Compare", exact: true }).and(page.locator(":enabled")).click();
  const status = page.locator(".compare-status");
  await status.filter({ hasText: /^step [1-9]/ }).waitFor();
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.start", { traceConfig: { includedCategories: ["toplevel", "__metadata"] } });
  await pause(WATCHED * 1000);
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  await page.close();
  const longest = taskTimes(events);
  return { runs: runs.length, watched: WATCHED, tasks: longest.length, longest: longest.slice(0, 5) };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly args?: { readonly name?: string };
  /** Processor time, microseconds. */
  readonly tdur?: number;
}

/** Milliseconds of every task of the busiest main thread of a page, the longest first. */
function taskTimes(events: readonly TraceEvent[]): number[] {
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const times = mains.map(({ pid, tid }) =>
    events
      .filter((event) => event.pid === pid && event.tid === tid && /RunTask$/.test(event.name))
      .map(({ tdur }) => (tdur ?? 0) / 1000)
      .sort((a, b) => b - a),
  );
  const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);
  return times.sort((a, b) => sum(b) - sum(a))[0] ?? [];
}

/** Until this chart has a line with a point. */
async function drawn(page: Page, title: string): Promise<void> {
  await page.getByRole("img", { name: new RegExp(`^${title}\\. .*Latest: .*\\d`) }).waitFor();
}

function table(): string {
  const { data } = Papa.parse<Record<string, string>>(readFileSync(join(projectRoot, SAMPLE), "utf8"), {
    header: true,
    skipEmptyLines: true,
  });
  const [text, label] = Object.keys(data[0]!) as [string, string];
  const rows = Array.from({ length: ROWS }, (_, index) => {
    const row = data[index % data.length]!;
    return [`${row[text]} (${index + 1})`, row[label]];
  });
  return Papa.unparse({ fields: [text, label], data: rows });
}
