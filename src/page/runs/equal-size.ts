/**
 * Methods of one comparison that train as many numbers: what a step of each took, as it was
 * measured. At equal size time and memory are the methods' own, not those of a larger adapter.
 */

import { isEnded } from "../../plan/phase";
import { formatBytes, formatCount, formatDuration } from "../numbers";
import { isTrained } from "../store/is-trained";
import { bytesAlone } from "../store/memory-bytes";
import type { Comparison } from "../store/state";

/** Sizes within this share of the larger one are taken for equal. */
const ALIKE = 0.02;

/** A sentence for each size that several methods have; none before the comparison has ended. */
export function equalSizes({ state, runs }: Pick<Comparison, "state" | "runs">): string[] {
  if (!isEnded(state)) return [];
  const measured = runs
    .flatMap((run) => {
      const steps = run.curves.steps.last("step");
      const seconds = run.curves.steps.last("seconds");
      const size = run.trainable?.adapter ?? 0;
      const usable = isTrained(run) && run.state !== "failed" && size > 0 && steps !== null && seconds !== null;
      // One variant of each run: its seeds cost the same.
      const first = runs.find(({ variant }) => variant.run === run.variant.run) === run;
      if (!usable || !first) return [];
      const { name, methodTitle: method, bytes } = run;
      return [{ name, method, size, step: seconds / steps, bytes: bytes && bytesAlone(bytes) }];
    })
    .sort((a, b) => a.size - b.size);
  const groups: (typeof measured)[] = [];
  for (const run of measured) {
    const group = groups.at(-1);
    if (group && run.size - group[0]!.size <= ALIKE * run.size) group.push(run);
    else groups.push([run]);
  }
  return groups
    .filter((group) => new Set(group.map(({ method }) => method)).size > 1)
    .map((group) => {
      const sizes = [...new Set([group[0]!.size, group.at(-1)!.size])].map(formatCount).join(" to ");
      const each = [...group]
        .sort((a, b) => a.step - b.step)
        .map(({ name, step, bytes }) => `${name} ${formatDuration(step)}${bytes ? ` and ${formatBytes(bytes)}` : ""}`);
      return `Of ${sizes} trained numbers each, a step takes: ${each.join(", ")}.`;
    });
}
