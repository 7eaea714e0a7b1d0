/**
 * How much each row alone would move what a run trains: the norm of its loss's gradient (GraNd;
 * Paul et al. 2021, "Deep Learning on a Data Diet"). And how much that would help other rows: the
 * product of its gradient with that of their mean loss, from which LiST (Wang et al. 2022) makes
 * the weights of rows with doubtful labels. A batch of one at a time, as in training but without
 * dropout, and without what a method's controller adds to its loss.
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

interface RowGradients {
  /** [rows] */
  readonly norms: Float64Array;
  /** [rows]; null where there are no other rows. */
  readonly products: Float64Array | null;
}

/**
 * Both summed in float64. The gradients have buffers of their own, so those of the run's last step
 * stay. `against`: the other rows, which are read first. `before` is called before each row of both
 * with how many are done; what it throws ends it.
 */
export async function rowGradients(
  { executor, model, reader, owner }: GradientSetup,
  { buckets, channels }: { readonly buckets: readonly number[]; readonly channels: readonly Channel[] },
  rows: readonly TokenizedExample[],
  against: readonly TokenizedExample[] | null,
  before: (done: number) => void,
): Promise<RowGradients> {
  const { memory } = executor;
  const workspace = new Workspace(executor, owner);
  const feed = new Feeds(executor, model, { buckets, batchSize: 1, channels, owner }).after(
    reader.tunedSetup.context.textIds,
  );
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
    const visit = async (
      some: readonly TokenizedExample[],
      done: number,
      use: (row: number, name: string, values: Float32Array) => void,
    ) => {
      const shown = feed.shownRows(some);
      for (let row = 0; row < shown.length; row++) {
        before(done + row);
        const bucket = feed.bucketFor(shown[row]!.ids.length);
        const step = steps.get(bucket)!;
        feed.fill(shown, { rows: [row], bucket });
        reader.rest();
        await step.forward();
        const commands = executor.commands();
        step.recordLoss(commands, true);
        step.recordBackward(commands);
        await commands.submit();
        for (const [name, { buffer, bytes }] of gradients) {
          use(row, name, new Float32Array(await executor.read(buffer, bytes)));
        }
      }
    };
    const mean = new Map<string, Float64Array>();
    if (against) {
      for (const [name, { bytes }] of gradients) mean.set(name, new Float64Array(bytes / 4));
      await visit(against, 0, (_, name, values) => {
        const sum = mean.get(name)!;
        for (let at = 0; at < values.length; at++) sum[at]! += values[at]! / against.length;
      });
    }
    const norms = new Float64Array(rows.length);
    const products = against && new Float64Array(rows.length);
    await visit(rows, against?.length ?? 0, (row, name, values) => {
      const others = mean.get(name);
      for (let at = 0; at < values.length; at++) {
        norms[row]! += values[at]! * values[at]!;
        if (products && others) products[row]! += values[at]! * others[at]!;
      }
    });
    return { norms: norms.map(Math.sqrt), products };
  } finally {
    await executor.done();
    for (const step of steps.values()) await step.release();
  }
}
