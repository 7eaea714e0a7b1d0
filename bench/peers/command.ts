/**
 * The command line of the comparison with other libraries: makes the case, lets each of them train
 * it, holds their losses to ours and prints times. Not for a step of any library: those are in
 * `page/` and in `pytorch.py`.
 */

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cp, mkdir, writeFile } from "node:fs/promises";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { build, preview } from "vite";
import { type AdapterChoice, openBrowser } from "../../bin/headless/browser";
import { messageOf } from "../../src/errors/message-of";
import { projectRoot } from "../../tools/build.mjs";
import type { CaseFacts } from "./case";
import { makeCase } from "./make-case";
import type { Measured } from "./page/trainer";

/** What trains the case; PyTorch outside of the browser. */
const PEERS = {
  "studio-processor": { library: "studio", backend: "processor" },
  "studio-webgpu": { library: "studio", backend: "webgpu" },
  "jax-wasm": { library: "jax", backend: "wasm" },
  "jax-webgpu": { library: "jax", backend: "webgpu" },
  "tfjs-wasm": { library: "tensorflow", backend: "wasm" },
  "tfjs-cpu": { library: "tensorflow", backend: "cpu" },
  "tfjs-webgpu": { library: "tensorflow", backend: "webgpu" },
  pytorch: null,
} as const;

type Peer = keyof typeof PEERS;

const ALL = Object.keys(PEERS) as Peer[];
/** TensorFlow.js's `cpu` is plain JavaScript and takes minutes. */
const STANDARD = ALL.filter((peer) => peer !== "tfjs-cpu");
/** Of PyTorch; the browser's libraries: `page/trainer.ts`. */
const WARM_UP = 40;
/**
 * Of a loss, relative. Float32 rounds, in another order in every library: up to 3e-6. A wrong
 * epsilon, beta, decay or scale shows as 7e-5 and more.
 */
const TOLERANCE = 5e-5;

interface Options {
  adapter: AdapterChoice;
  peers: Peer[];
  steps: number;
  threads: number;
  out?: string;
}

interface Row extends Measured {
  peer: Peer;
  /** Milliseconds a step. */
  median: number;
  fastest: number;
  /** The largest relative difference of the first losses from the reference's. */
  difference: number;
}

/**
 * Runs one command line and resolves to the exit code: 0 when every library asked for gave our
 * losses.
 */
export async function main(commandLine: string[]): Promise<number> {
  const whole = (text: string) => {
    const value = Number(text);
    if (Number.isInteger(value) && value > 0) return value;
    throw new InvalidArgumentError("It must be a positive whole number.");
  };
  const program = new Command("peers")
    .description(
      "The same LoRA training step in other libraries, held to our losses; prints a Markdown table and JSON.",
    )
    .exitOverride()
    .addOption(new Option("--peers <NAMES...>", "run these").choices(ALL).default(STANDARD))
    .addOption(new Option("--steps <N>", "measured steps, after the warm-up").argParser(whole).default(9))
    .addOption(
      new Option("--threads <N>", "threads where a library has them").argParser(whole).default(availableParallelism()),
    )
    .addOption(
      new Option("--adapter <KIND>", "graphics adapter of the WebGPU backends")
        .choices(["auto", "hardware", "software"] satisfies AdapterChoice[])
        .default("auto"),
    )
    .option("--out <FOLDER>", "keep the case and the results as peers.json and peers.md there");
  try {
    return (await compare(program.parse(commandLine, { from: "user" }).opts<Options>())) ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${messageOf(error)}\n`);
    return 1;
  }
}

const say = (line: string) => process.stderr.write(`${line}\n`);

async function compare(options: Options): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "studio-peers-"));
  try {
    say("Making the case in float64 …");
    const facts = await makeCase(join(folder, "case"));
    const rows: Row[] = [];
    const failed: string[] = [];
    const browser = await openPages(folder, options);
    try {
      for (const peer of options.peers) {
        say(`${peer} …`);
        try {
          const measured = peer === "pytorch" ? await runPython(folder, options) : await browser.run(peer);
          if (measured === null) say("python3 has no torch and peft: left out. PEER_PYTHON names another one.");
          else rows.push(judge(peer, measured, facts));
        } catch (error) {
          failed.push(`${peer} failed: ${messageOf(error).trim()}`);
        }
      }
    } finally {
      await browser.close();
    }
    failed.push(
      ...rows
        .filter(({ difference }) => !(difference <= TOLERANCE))
        .map(
          ({ peer, difference }) => `${peer}: losses differ by ${difference.toExponential(1)}, more than ${TOLERANCE}.`,
        ),
    );
    const surroundings = { processor: cpus()[0]?.model, adapter: browser.adapter, chromium: browser.version };
    const json = JSON.stringify({ ...surroundings, losses: facts.losses, rows }, null, 2);
    const text = table(facts, surroundings, rows, options.steps);
    if (options.out) {
      await mkdir(options.out, { recursive: true });
      await cp(join(folder, "case"), options.out, { recursive: true });
      await writeFile(join(options.out, "peers.json"), json);
      await writeFile(join(options.out, "peers.md"), text);
    }
    console.log(`${json}\n\n${text}`);
    for (const line of failed) say(line);
    return failed.length === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(peer: Peer, measured: Measured, { losses }: CaseFacts): Row {
  const times = [...measured.milliseconds].sort((a, b) => a - b);
  const differences = losses.map((loss, step) => Math.abs(measured.losses[step]! / loss - 1));
  // NaN, too, must be seen: Math.max keeps it.
  const difference = Math.max(...differences);
  return { peer, ...measured, median: times[Math.floor(times.length / 2)]!, fastest: times[0]!, difference };
}

/** The built page in a browser; each library gets a fresh page of its own. */
async function openPages(folder: string, { adapter: choice, threads, steps }: Options) {
  const built = join(folder, "page");
  await build({
    configFile: false,
    root: join(projectRoot, "bench/peers/page"),
    publicDir: join(folder, "case"),
    logLevel: "error",
    // TensorFlow.js starts its threads from the text of a function, which must stay as it is.
    build: { outDir: built, target: "es2023", minify: false, chunkSizeWarningLimit: 8000 },
  });
  const server = await preview({
    configFile: false,
    root: folder,
    logLevel: "error",
    build: { outDir: built },
    preview: {
      host: "127.0.0.1",
      port: 0,
      open: false,
      // WebAssembly threads need an isolated page.
      headers: { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" },
    },
  });
  const { browser, adapter } = await openBrowser(choice);
  return {
    adapter,
    version: browser.version(),
    async run(peer: Exclude<Peer, "pytorch">): Promise<Measured> {
      const context = await browser.newContext();
      try {
        // jax-js takes as many threads as the browser says the machine has.
        await context.addInitScript(
          (count) => Object.defineProperty(Navigator.prototype, "hardwareConcurrency", { get: () => count }),
          threads,
        );
        const page = await context.newPage();
        page.on("console", (message) => say(message.text()));
        const failed = new Promise<never>((_, reject) => {
          page.on("pageerror", reject);
          page.on("crash", () => reject(new Error("The browser's page crashed, for want of memory perhaps.")));
        });
        failed.catch(() => undefined);
        await page.goto(server.resolvedUrls!.local[0]!);
        await page.waitForFunction(() => window.measure !== undefined);
        if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error("The page is not isolated.");
        const measuring = page.evaluate(
          (asked) => window.measure(asked.library, asked.backend, asked.threads, asked.steps),
          { ...PEERS[peer], threads, steps },
        );
        return await Promise.race([measuring, failed]);
      } finally {
        await context.close();
      }
    },
    async close() {
      await browser.close();
      await server.close();
    },
  };
}

/** Null where Python has no torch and peft, and nobody says which one has. */
async function runPython(folder: string, { threads, steps }: Options): Promise<Measured | null> {
  const python = process.env.PEER_PYTHON || "python3";
  const run = promisify(execFile);
  const found = await run(python, ["-c", "import torch, peft"]).then(
    () => true,
    () => false,
  );
  if (!found && process.env.PEER_PYTHON) throw new Error(`PEER_PYTHON is ${python}, which has no torch and peft.`);
  if (!found) return null;
  const counts = ["--threads", `${threads}`, "--warm-up", `${WARM_UP}`, "--steps", `${steps}`];
  const { stdout } = await run(python, [join(projectRoot, "bench/peers/pytorch.py"), join(folder, "case"), ...counts]);
  return JSON.parse(stdout);
}

function table(
  { rows: size, tokens }: CaseFacts,
  { processor, adapter, chromium }: { processor?: string; adapter: string; chromium: string },
  rows: readonly Row[],
  steps: number,
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const own = rows.find(({ peer }) => peer === "studio-processor")?.median;
  const ratio = (median: number) => (own ? (median / own).toFixed(2) : "–");
  return [
    `A LoRA step of tiny-base, ${size} × ${tokens} tokens: median of ${steps} after some seconds of warm-up.`,
    `${processor ?? "Processor unknown"}; Chromium ${chromium}, ${adapter} adapter.`,
    "",
    line([
      ...["peer", "version", "backend", "threads", "ms per step", "over the studio's processor", "fastest"],
      "largest difference of the first losses",
    ]),
    line(["---", "---", "---", "---:", "---:", "---:", "---:", "---:"]),
    ...rows.map(({ peer, version, backend, threads, median, fastest, difference }) =>
      line([
        ...[peer, version, backend, threads ?? "–", median.toFixed(1), ratio(median), fastest.toFixed(1)],
        difference.toExponential(1),
      ]),
    ),
    "",
  ].join("\n");
}
