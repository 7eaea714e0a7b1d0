/**
 * Event files for TensorBoard itself, kept in the cache with what it must read there:
 * `tools/real/check_tensorboard.py` then asks its own reader.
 */

import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { logFiles } from "../../src/logs/log-files";
import { logPoints } from "../../src/logs/points";
import { cache } from "../../tools/real/cache.mjs";
import { reportFacts, reportRun } from "../unit/report/facts";

it("event files of runs with thousands of steps, losses that are no number, and no steps", async () => {
  const at = (index: number) => ({
    ...{ step: index + 1, epoch: index / 100, learningRate: 1e-3 / (index + 1), gradNorm: Math.sin(index) ** 2 },
    ...{ loss: index % 97 === 5 ? Number.NaN : 1 / (index + 1), tokens: 40 * index, seconds: index / 8 },
  });
  const runs = [
    reportRun("LoRA"),
    reportRun("long", {
      ...{ steps: 3000, seconds: 375 },
      curves: {
        steps: Array.from({ length: 3000 }, (_, index) => at(index)),
        evaluations: reportRun("").curves.evaluations,
      },
    }),
    reportRun("Majority", { steps: 0, curves: { ...reportRun("").curves, steps: [] } }),
  ];
  const started = new Date(1700000000500);
  const root = join(cache, "tensorboard");
  await rm(root, { recursive: true, force: true });
  const files = logFiles(reportFacts({ started, runs }));
  for (const run of runs) {
    const folder = join(root, run.run);
    await mkdir(folder, { recursive: true });
    for (const { path, bytes } of files) {
      if (path.startsWith(`${run.run}/`)) await writeFile(join(root, path), bytes);
    }
    const points = logPoints(run);
    const scalars: Record<string, { step: number; time: number; value: number }[]> = {};
    for (const { step, seconds, values } of points) {
      for (const [tag, value] of Object.entries(values)) {
        scalars[tag] = [...(scalars[tag] ?? []), { step, time: started.getTime() / 1000 + seconds, value }];
      }
    }
    const config = files.find(({ path }) => path === `${run.run}/config.json`)!;
    const text = `\`\`\`json\n${Buffer.from(config.bytes).toString("utf8")}\`\`\``;
    // The version and the settings come before the points.
    await writeFile(join(folder, "expected.json"), JSON.stringify({ records: points.length + 2, scalars, text }));
    expect(points.length).toBeGreaterThan(0);
  }
});
