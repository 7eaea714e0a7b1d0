/** Starts the headless runner as a person does, on a few rows and a tiny model. Not a test. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
export const model = join(root, "tests/fixtures/reference/models/tiny-llama");

export const ROWS = `text,label
a lovely film,good
what a bore,bad
I liked it a lot,good
not worth the time,bad
full of warmth,good
flat and tired,bad
bright and funny,good
a dull mess,bad
a quiet joy,good
badly acted,bad
simply wonderful,good
painful to watch,bad
`;

const TEST_ROWS = `text,label
a fine evening,good
an empty hour,bad
`;

/** A folder with the rows and a configuration on them; `tested`: with test rows in a file. */
export function prepare(
  folder: string,
  name: string,
  {
    training = {},
    tested = false,
    changes,
    ...given
  }: {
    training?: object;
    tested?: boolean;
    changes?: object[];
    runs?: object[];
    preset?: string;
    source?: string;
    version?: number;
  },
): string {
  const { source, version, runs, preset } = given;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "rows.csv"), ROWS);
  if (tested) writeFileSync(join(folder, "test.csv"), TEST_ROWS);
  const configuration = {
    version,
    model: source ?? `dir:${relative(folder, model)}`,
    data: {
      train: "rows.csv",
      validation: 0.34,
      ...(tested && { test: "test.csv" }),
      columns: { text: "text", label: "label" },
      maxLength: 16,
      changes,
    },
    training: { steps: 3, batchSize: 4, evalEvery: 2, learningRate: 0.01, ...training },
    preset,
    runs,
  };
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(configuration));
  return path;
}

export interface Ended {
  code: number | null;
  output: string;
}

export interface StudioOptions {
  adapter?: "auto" | "processor" | "hardware" | "software";
  /** What is done when the output first says so; default: a Ctrl-C. */
  interruptAt?: RegExp;
  interrupt?: (program: ChildProcess) => void;
  more?: string[];
  environment?: Record<string, string>;
}

/** `npm run studio -- run …` without npm. */
export function studio(configuration: string, out: string, options: StudioOptions = {}): Promise<Ended> {
  const { adapter = "processor", more = [] } = options;
  return start(["run", configuration, "--out", out, "--adapter", adapter, ...more], options);
}

/** `npm run studio -- score …` without npm. */
export function score(configuration: string, more: readonly string[]): Promise<Ended> {
  return start(["score", configuration, "--adapter", "processor", ...more], {});
}

/** `npm run studio -- run --continue DIR` without npm. */
export function goOn(out: string, options: StudioOptions = {}): Promise<Ended> {
  return start(["run", "--continue", out, ...(options.more ?? [])], options);
}

function start(
  parameters: readonly string[],
  { interruptAt, interrupt = (program) => program.kill("SIGINT"), environment }: StudioOptions,
): Promise<Ended> {
  const program = spawn(process.execPath, ["bin/studio.mjs", ...parameters], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    let output = "";
    let interrupted = false;
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (interrupted || !interruptAt?.test(output)) return;
        interrupted = true;
        interrupt(program);
      });
    }
    program.on("error", reject);
    program.on("close", (code) => resolve({ code, output }));
  });
}

/**
 * Kills the processes of the browser that a runner has started of one kind: `gpu-process`, or
 * `renderer`, which is its page. Linux tells which they are.
 */
export function killBrowserProcess(program: ChildProcess, type: "gpu-process" | "renderer"): void {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    try {
      // Behind the program's name, which may hold anything, the state and the parent.
      const [, parent] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      parents.set(Number(name), Number(parent));
    } catch {
      // No process, or one that has just ended.
    }
  }
  const descends = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === program.pid || descends(parents.get(pid)));
  const killed = [...parents.keys()].filter(
    (pid) => descends(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`--type=${type}`),
  );
  if (killed.length === 0) throw new Error(`The runner has no ${type}.`);
  for (const pid of killed) process.kill(pid, "SIGKILL");
}

export const lines = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
export const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
