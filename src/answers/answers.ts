/**
 * What a run says of rows outside of training: batches of like length, answers in the rows' order.
 */

import type { Calibration } from "../calibration/calibration";
import type { EncodedRow } from "../data/tokens";
import type { Scale } from "../data/types";
import type { Executor } from "../executors/executor";
import type { RowAnswer } from "../plan/reports";
import { inUnits } from "../runs/evaluation";
import type { Feed } from "../runs/feed";
import type { Run } from "../runs/run";
import type { Task } from "../tasks/task";

/** A row, and the words that its labelled tokens begin where words have tags. */
export interface AskedRow {
  readonly row: EncodedRow;
  readonly words: readonly string[];
}

export interface AnswerSetup {
  readonly task: Task;
  readonly labels: readonly string[];
  readonly scale: Scale | null;
  /** Default: what the logits say as they are. */
  readonly calibration?: Calibration | null;
}

/**
 * Rows may have as many tokens as the longest batch. Nothing else may use the feed or the run's
 * steps meanwhile.
 */
export async function answers(
  executor: Executor,
  { task, labels, scale, calibration = null }: AnswerSetup,
  { run, feed }: { readonly run: Run; readonly feed: Feed },
  asked: readonly AskedRow[],
  progress: (done: number) => void = () => {},
): Promise<RowAnswer[]> {
  if (!task.say) throw new Error("A language model's answer is a text: generate it.");
  const rows = asked.map(({ row }) => feed.shown(row));
  const said = new Array<RowAnswer>(rows.length);
  const { temperature = 1, thresholds = null } = calibration ?? {};
  let done = 0;
  for (const batch of feed.batches(rows)) {
    const { rows: members, bucket } = batch;
    feed.fill(rows, batch);
    const step = await run.infer(bucket);
    const width = task.outputs(labels.length) * (task.labels.perToken ? bucket : 1);
    const computed = new Float32Array(await executor.read(step.logits, members.length * width * 4));
    for (const [slot, place] of members.entries()) {
      const row = rows[place]!;
      const own = inUnits(computed.slice(slot * width, (slot + 1) * width), scale);
      const outputs = own.map((logit) => logit / temperature);
      said[place] = task.say({ outputs, labels, row, words: asked[place]!.words, thresholds });
    }
    done += members.length;
    progress(done);
  }
  return said;
}
