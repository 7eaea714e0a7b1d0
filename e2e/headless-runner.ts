/** Starts the headless runner as a person does, on a few rows and a tiny model. Not a test. */

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  /** Sends a Ctrl-C when the output first says so. */
  interruptAt?: RegExp;
  more?: string[];
  environment?: Record<string, string>;
}

/** `npm run studio -- run …` without npm. */
export function studio(
  configuration: string,
  out: string,
  { adapter = "processor", interruptAt, more = [], environment }: StudioOptions = {},
): Promise<Ended> {
  const program = spawn(
    process.execPath,
    ["bin/studio.mjs", "run", configuration, "--out", out, "--adapter", adapter, ...more],
    { cwd: root, env: { ...process.env, ...environment } },
  );
  return new Promise((resolve, reject) => {
    let output = "";
    let interrupted = false;
    for (const stream of [program.stdout, program.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (interrupted || !interruptAt?.test(output)) return;
        interrupted = true;
        program.kill("SIGINT");
      });
    }
    program.on("error", reject);
    program.on("close", (code) => resolve({ code, output }));
  });
}

export const lines = (path: string) =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
export const json = (path: string) => JSON.parse(readFileSync(path, "utf8"));
