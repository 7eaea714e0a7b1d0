/** What a run says of rows outside of training: batches of like length, answers in the rows' order. */

import type { EncodedRow } from "../data/tokens";
import type { Scale } from "../data/types";
import { readBuffer } from "../gpu/readback";
import type { Task } from "../tasks/task";
import type { Engine } from "./engine";
import { inUnits } from "./evaluation";
import type { Said } from "./events";
import type { Feed } from "./feed";
import { sayPrediction } from "./prediction";
import type { Run } from "./run";

/** A row, and the words that its labelled tokens begin where words have tags. */
export interface AskedRow {
  readonly row: EncodedRow;
  readonly words: readonly string[];
}

export interface Asked {
  readonly task: Task;
  readonly labels: readonly string[];
  readonly scale: Scale | null;
  readonly batchSize: number;
}

/** Rows may have as many tokens as the longest batch. Nothing else may use the feed or the run's steps meanwhile. */
export async function answers(
  engine: Engine,
  { task, labels, scale, batchSize }: Asked,
  { run, feed }: { readonly run: Run; readonly feed: Feed },
  asked: readonly AskedRow[],
  progress: (done: number) => void = () => {},
): Promise<Said[]> {
  const rows = asked.map(({ row }) => feed.shown(row));
  const order = [...rows.keys()].sort((a, b) => rows[a]!.ids.length - rows[b]!.ids.length);
  const said = new Array<Said>(rows.length);
  for (let start = 0; start < order.length; start += batchSize) {
    const members = order.slice(start, start + batchSize);
    const bucket = feed.bucketFor(rows[members.at(-1)!]!.ids.length);
    feed.fill(rows, { rows: members, bucket });
    const step = await run.infer(bucket);
    const width = task.outputs(labels.length) * (task.perToken ? bucket : 1);
    const computed = new Float32Array(await readBuffer(engine.device, step.logits, members.length * width * 4));
    for (const [slot, place] of members.entries()) {
      const row = rows[place]!;
      const outputs = inUnits(computed.slice(slot * width, (slot + 1) * width), scale);
      said[place] = sayPrediction({ task: task.id, labels, outputs, row, words: asked[place]!.words });
    }
    progress(Math.min(start + batchSize, order.length));
  }
  return said;
}
