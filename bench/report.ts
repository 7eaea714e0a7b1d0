/** What was measured, as Markdown tables. Not for measuring. */

import { type ExecutorTimes, type Measured, type StepTimes, type Surroundings, YARDSTICK } from "./page/parts";
import type { FileSize, PageSize } from "./page-size";
import type { Visit } from "./visit";

const ratio = (value: number) => value.toFixed(2);
const milliseconds = (value: number) => value.toFixed(value < 10 ? 2 : 1);
const bytes = (value: number) => value.toLocaleString("en-US");
const kibibytes = (value: number) => (value / 1024).toFixed(1);

function table(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(columns), line(rule), ...rows.map(line)].join("\n");
}

/** Against the yardstick's step at the same batch. */
function yardstick(rows: readonly StepTimes[], batch: string, step: number): string {
  const other = rows.find((row) => row.method === YARDSTICK && row.batch === batch);
  return other ? ratio(step / other.step) : "";
}

const verdict = (value: number, goal: number) => `${value <= goal ? "met" : "missed"} (≤ ${goal})`;

const parts: { [Part in Measured["part"]]: (measured: Extract<Measured, { part: Part }>) => string } = {
  executors: ({ samples, rows, stacked, memory }) => {
    const first = rows[0]?.executor;
    const over = ({ executor, model, what, milliseconds }: ExecutorTimes) => {
      const own = rows.find((row) => row.executor === first && row.model === model && row.what === what);
      return executor === first || !own ? "" : ratio(milliseconds / own.milliseconds);
    };
    return [
      "## The same work on both executors",
      `Medians of ${samples} measurements on the processor, of one on a software adapter.`,
      "",
      table(
        ["executor", "model", "what", "batch", "ms", "forward ms", "over the processor"],
        rows.map((row) => {
          const forward = row.forward === null ? "" : milliseconds(row.forward);
          return [row.executor, row.model, row.what, row.batch, milliseconds(row.milliseconds), forward, over(row)];
        }),
      ),
      "",
      table(
        ["frozen matrix", "runs × rows", "apart, ms", "stacked, ms", "stacked / apart"],
        stacked.map(({ shape, runs, rows: own, apart, stacked: together }) => [
          ...[
            shape.join(" × "),
            `${runs} × ${own}`,
            milliseconds(apart),
            milliseconds(together),
            ratio(together / apart),
          ],
        ]),
      ),
      "",
      table(
        ["runs together on the processor", "bytes used", "estimated", "used / estimated", "reserved"],
        memory.map(({ runs, used, estimated, reserved }) => [
          ...[runs.join(", "), bytes(used), bytes(estimated), ratio(used / estimated), bytes(reserved)],
        ]),
      ),
    ].join("\n");
  },

  steps: ({ samples, rows, refused }) =>
    [
      "## A training step over its forward pass",
      `Median of ${samples} measurements after warm-up, forward and step in turn, the queue drained after each.`,
      "Milliseconds mean nothing on another machine.",
      "",
      table(
        [
          ...["method", "batch", "step / forward", "goal", `step / step of ${YARDSTICK}`],
          ...["forward ms", "loss + backward ms", "step ms", "dispatches"],
        ],
        rows.map(({ method, batch, forward, backward, step, goal, dispatches }) => [
          method,
          batch,
          ratio(step / forward),
          goal === null ? "" : verdict(step / forward, goal),
          yardstick(rows, batch, step),
          milliseconds(forward),
          milliseconds(backward),
          milliseconds(step),
          dispatches,
        ]),
      ),
      "",
      ...refused.map(({ method, reason }) => `Not measured: ${method}: ${reason}`),
    ].join("\n"),

  kernels: ({ samples, batch, rows }) =>
    [
      `## Where a backward pass of ${batch} goes`,
      `Medians of ${samples} measurements of all dispatches of a kernel at the same sizes; the ten largest shares a method.`,
      "",
      table(
        ["method", "kernel and sizes", "dispatches", "share", "ms"],
        [...new Set(rows.map(({ method }) => method))]
          .flatMap((name) => rows.filter(({ method }) => method === name).slice(0, 10))
          .map(({ method, kernel, dispatches, share, milliseconds: time }) => [
            method,
            kernel,
            dispatches,
            `${(100 * share).toFixed(1)} %`,
            milliseconds(time),
          ]),
      ),
    ].join("\n"),

  memory: ({ runs, steps, early, late, weights, fileBytes, parameters, createdBefore, created }) =>
    [
      `## Memory of ${runs.length} runs side by side (${runs.join(", ")})`,
      "",
      table(
        ["what", "value", "goal", "bytes"],
        [
          [
            "weights on the GPU / (parameters × 4), the file's float32 form",
            (weights / (parameters * 4)).toFixed(4),
            verdict(weights / (parameters * 4), 1.02),
            `${bytes(weights)} / ${bytes(parameters * 4)}`,
          ],
          [
            "weights on the GPU / file",
            (weights / fileBytes).toFixed(4),
            "",
            `${bytes(weights)} / ${bytes(fileBytes)}`,
          ],
          [
            `all bytes after ${steps.late} steps / after ${steps.early}`,
            (late.total / early.total).toFixed(4),
            late.total === early.total ? "met (equal)" : "missed (equal)",
            `${bytes(late.total)} / ${bytes(early.total)}`,
          ],
          [
            `buffers we made from step ${steps.early} to ${steps.late} (before: ${createdBefore.ours})`,
            created.ours,
            created.ours === 0 ? "met (0)" : "missed (0)",
            "",
          ],
          [
            `buffers onnxruntime made from step ${steps.early} to ${steps.late} (before: ${createdBefore.onnxruntime})`,
            created.onnxruntime,
            "",
            "",
          ],
        ],
      ),
      "",
      table(
        ["category", `bytes after ${steps.early} steps`, `after ${steps.late}`],
        (Object.keys(early) as (keyof typeof early)[]).map((key) => [key, bytes(early[key]), bytes(late[key])]),
      ),
    ].join("\n"),

  matmul: ({ samples, together, rows }) =>
    [
      "## Our matrix product over onnxruntime's Gemm",
      `Medians of ${samples} measurements of ${together} products in one submission.`,
      "",
      table(
        ["rows × columns × inner", "second factor", "ours / onnxruntime", "ours GFLOP/s", "onnxruntime GFLOP/s"],
        rows.map(({ sizes, transposed, ours, onnxruntime }) => {
          const work = (2 * sizes[0] * sizes[1] * sizes[2]) / 1e6;
          return [
            sizes.join(" × "),
            transposed ? "transposed" : "as it is",
            ratio(ours / onnxruntime),
            (work / ours).toFixed(2),
            (work / onnxruntime).toFixed(2),
          ];
        }),
      ),
    ].join("\n"),
};

export const report = {
  surroundings: ({ adapter, description, chromium, model }: Surroundings & { adapter: string; chromium: string }) =>
    `# Benchmark\n\nAdapter: ${adapter} (${description || "unnamed"}); Chromium ${chromium}; model ${model}.\n`,

  part(measured: Measured): string {
    const write = parts[measured.part] as (measured: Measured) => string;
    return `${write(measured)}\n`;
  },
};

export function visitReport({ device, runs, waits, tasks }: Visit): string {
  return [
    "## What a visitor waits for",
    `The built page on the ${device}; ${runs.join(", ")} with the page's own settings.`,
    "",
    table(
      ["what", "seconds", "goal"],
      waits.map(({ what, seconds, goal }) => [what, seconds.toFixed(1), goal === null ? "" : verdict(seconds, goal)]),
    ),
    "",
    `The page's own thread while ${tasks.runs} runs train, ${bytes(tasks.tasks)} tasks in ${tasks.watched} s; the longest`,
    `took ${tasks.longest.map((time) => time.toFixed(0)).join(", ")} ms of processor time: goal ${verdict(tasks.longest[0] ?? 0, 200)}.`,
  ].join("\n");
}

export function sizeReport({ page, later }: PageSize): string {
  const sum = (files: readonly FileSize[], key: "bytes" | "gzip") =>
    files.reduce((total, file) => total + file[key], 0);
  const row = (files: readonly FileSize[], when: string) =>
    files.map(({ file, bytes, gzip }) => [file, when, kibibytes(bytes), kibibytes(gzip)]);
  const total = sum(page, "gzip");
  return [
    "## JavaScript",
    `Before the page can be used: ${kibibytes(total)} KiB gzip; goal ${verdict(total / 1024, 240)}.`,
    "",
    table(
      ["file", "fetched", "KiB", "KiB gzip"],
      [...row(page, "with the page"), ...row(later, "later or by the worker")],
    ),
  ].join("\n");
}
