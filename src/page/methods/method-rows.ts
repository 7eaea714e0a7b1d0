/** What the dialog says of each method, and which a search finds. Drawing it is `MethodChooser`. */

import { distance } from "fastest-levenshtein";
import { nearestName } from "../../errors/nearest-name";
import type { MethodDescription, Pace, RunEstimate } from "../../worker/api";
import { matches } from "../guide/find";
import { formatBytes, formatCount, formatDuration } from "../numbers";
import { ownBytes } from "../store/memory-bytes";

export interface MethodRow {
  readonly method: MethodDescription;
  /** `10,240 + 576 head`; null while it is not known. */
  readonly parameters: string | null;
  /** What is held for it beside the model; null while it is not known. */
  readonly bytes: string | null;
  /** Of a training step; null while nothing was measured, or where nothing is trained. */
  readonly seconds: string | null;
  /** Why it cannot be trained on what is open. */
  readonly problem: string | null;
  /** `PEFT loads it`, or that the studio alone does; empty where there is no adapter. */
  readonly loaded: string;
  /** `Hu et al. 2021`, with its title and address. */
  readonly paper: { readonly authors: string; readonly title: string; readonly url: string } | null;
}

export function methodRow(
  method: MethodDescription,
  estimate: RunEstimate | undefined,
  pace: Pick<Pace, "step" | "flops"> | null,
): MethodRow {
  const sound = estimate?.problem === null ? estimate : null;
  const trains = method.learningRate !== null;
  const { paper } = method.card;
  return {
    method,
    parameters: sound && parametersOf(sound),
    bytes: sound && formatBytes(ownBytes(sound.bytes)),
    seconds: trains && sound?.flops && pace ? formatDuration((sound.flops.total * pace.step) / pace.flops) : null,
    problem: estimate?.problem ?? null,
    loaded: !trains ? "" : method.loadedBy === null ? "the studio alone loads it" : `${method.loadedBy} loads it`,
    paper: paper && { ...paper, authors: /\(([^()]*\d{4})\)$/.exec(paper.title)?.[1] ?? paper.title },
  };
}

function parametersOf({ trainable, mostFitted }: RunEstimate): string {
  if (mostFitted !== null) return `fits at most ${formatCount(mostFitted)}`;
  if (trainable.total === 0) return "none";
  return trainable.adapter === 0
    ? `${formatCount(trainable.head)} head`
    : `${formatCount(trainable.adapter)} + ${formatCount(trainable.head)} head`;
}

/** Methods in which every typed word stands somewhere; all of them for an empty search. */
export function foundMethods(methods: readonly MethodDescription[], search: string): MethodDescription[] {
  return methods.filter(({ title, summary, group, id, card }) =>
    matches(search, [title, summary, group, id, card.trains, card.attaches, card.paper?.title]),
  );
}

/** Letters that may be wrong in a name that is still meant. */
const MOST_WRONG = 2;

/** The title that was probably meant, where nothing is found; null where none is near. */
export function nearestTitle(methods: readonly MethodDescription[], search: string): string | null {
  const typed = search.trim().toLowerCase();
  const near = nearestName(
    typed,
    methods.map(({ title }) => title),
  );
  return distance(typed, near.toLowerCase()) <= MOST_WRONG ? near : null;
}
