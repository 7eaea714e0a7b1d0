/** Runs `pytorch_steps.py` beside the benchmark, where Python has torch and peft. */

import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "../tools/build.mjs";
import type { ExecutorTimes } from "./page/parts";

const SAMPLES = 9;
export interface TimedModel {
  /** As the benchmark's rows call it. */
  readonly name: string;
  readonly folder: string;
  readonly rows: number;
  readonly tokens: number;
}

/** Null where Python has no torch and peft; `BENCH_PYTHON` names another Python. */
export async function pytorchTimes(models: readonly TimedModel[]): Promise<ExecutorTimes[] | null> {
  const python = process.env.BENCH_PYTHON || "python3";
  const run = promisify(execFile);
  const found = await run(python, ["-c", "import torch, peft, transformers"]).then(
    () => true,
    () => false,
  );
  if (!found) return null;
  const threads = Math.min(8, availableParallelism());
  const asked = models.flatMap(({ folder, rows, tokens }) => [folder, `${rows}`, `${tokens}`]);
  const counts = ["--threads", `${threads}`, "--samples", `${SAMPLES}`];
  const { stdout } = await run(python, [join(projectRoot, "bench/pytorch_steps.py"), ...counts, ...asked]);
  const { rows } = JSON.parse(stdout) as { rows: { folder: string; what: string; milliseconds: number }[] };
  return rows.map(({ folder, what, milliseconds }) => {
    const { name: model, rows: size, tokens } = models.find((one) => one.folder === folder)!;
    const times = { what: `a step of ${what}`, batch: `${size} × ${tokens}`, milliseconds, forward: null };
    return { executor: `PyTorch, ${threads} threads`, model, ...times };
  });
}
