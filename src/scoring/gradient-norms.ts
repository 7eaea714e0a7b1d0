/**
 * How much each row alone would move what a run trains: the norm of its loss's gradient (GraNd;
 * Paul et al. 2021, "Deep Learning on a Data Diet"). A batch of one at a time, as in training but
 * without dropout, and without what a method's controller adds to its loss.
 */

import type { BaseModel } from "../base/base-model";
import type { Channel } from "../data/channels";
import type { TokenizedExample } from "../data/tokens";
import type { DeviceBuffer, Executor } from "../executors/executor";
import { tensorBytes } from "../program/tensor";
import { Feeds } from "../runs/feeds";
import { STEP_FIGURES } from "../runs/run";
import { DRAW, Step } from "../runs/step";
import { buildTunedProgram } from "../runs/tuned-program";
import { Workspace } from "../runs/workspace";
import type { Reader } from "./reader";

interface GradientSetup {
  readonly executor: Executor;
  readonly model: BaseModel;
  readonly reader: Reader;
  readonly owner: string;
}

/**
 * [rows], summed in float64. The gradients have buffers of their own, so those of the run's last
 * step stay. `before` is called before each row with how many are done; what it throws ends it.
 */
export async function gradientNorms(
  { executor, model, reader, owner }: GradientSetup,
  { buckets, channels }: { readonly buckets: readonly number[]; readonly channels: readonly Channel[] },
  rows: readonly TokenizedExample[],
  before: (done: number) => void,
): Promise<Float64Array> {
  const { memory } = executor;
  const workspace = new Workspace(executor, owner);
  const feed = new Feeds(executor, model, { buckets, batchSize: 1, channels, owner }).after(
    reader.tunedSetup.context.textIds,
  );
  const shown = feed.shownRows(rows);
  const steps = new Map<number, Step>();
  try {
    for (const bucket of buckets) {
      const tuned = buildTunedProgram({ ...reader.tunedSetup, onlyRead: false }, 1, bucket);
      steps.set(bucket, new Step(tuned, feed.buffers.get(bucket)!, workspace));
    }
    workspace.allocate();
    const [{ tuned }] = [...steps.values()] as [Step];
    const trained = [...new Set([...tuned.backward.trained, ...tuned.loss.trained])];
    const gradients = new Map<string, { readonly buffer: DeviceBuffer; readonly bytes: number }>();
    for (const tensor of trained) {
      const bytes = tensorBytes(tensor);
      const label = `gradient of ${tensor.name}`;
      gradients.set(tensor.name, { bytes, buffer: memory.allocate(bytes, { label, category: "gradients", owner }) });
    }
    const allocate = (label: string, elements: number) =>
      memory.allocate(elements * 4, { label, category: "runtime", owner });
    const figures = { stepFigures: allocate("step figures", STEP_FIGURES), draw: allocate("draw", DRAW) };
    const bound = await reader.leaves();
    for (const step of steps.values()) {
      const gradient = (name: string) => gradients.get(name)!.buffer;
      await step.compile(executor, { leaves: bound, gradient, batch: step.batch, ...figures, seed: 0 }, owner);
    }
    await memory.settled();
    const norms = new Float64Array(rows.length);
    for (let row = 0; row < rows.length; row++) {
      before(row);
      const bucket = feed.bucketFor(shown[row]!.ids.length);
      const step = steps.get(bucket)!;
      feed.fill(shown, { rows: [row], bucket });
      reader.rest();
      await step.forward();
      const commands = executor.commands();
      step.recordLoss(commands, true);
      step.recordBackward(commands);
      await commands.submit();
      let squares = 0;
      for (const { buffer, bytes } of gradients.values()) {
        const values = new Float32Array(await executor.read(buffer, bytes));
        for (let at = 0; at < values.length; at++) squares += values[at]! * values[at]!;
      }
      norms[row] = Math.sqrt(squares);
    }
    return norms;
  } finally {
    await executor.done();
    for (const step of steps.values()) await step.release();
  }
}
