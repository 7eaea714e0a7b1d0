/**
 * A verdict in plain words, the answer first. Everything that is said is read off the verdict's own
 * figures, so that the same figures give the same sentences wherever they are shown; nothing is
 * said that its tests do not.
 */

import { describeChanges } from "../data/changes";
import { metricFacts } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import type { Remark, Verdict, VerdictRun } from "./verdict";

type Facts = Omit<Verdict, "sentences">;

/**
 * The answer first, then what beats it or not, what it rests on, and what to know of single runs.
 */
export function writeSentences(facts: Facts): string[] {
  const { runs, onlyLabel } = facts;
  return [
    ...(runs.length === 0
      ? ["No run can be judged."]
      : onlyLabel !== null
        ? [oneLabel(facts, onlyLabel)]
        : answer(facts)),
    ...(onlyLabel === null ? [...bars(facts), ...majority(facts), ...needed(facts)] : []),
    ...(["one answer", "has not moved", "still falling", "learning by heart"] as const).flatMap((kind) =>
      remarked(runs, kind),
    ),
    ...facts.leftOut.map(({ run, why }) => `${run} is not compared: ${why}.`),
    ...(runs.length === 0 ? [] : caveats(facts)),
  ];
}

function oneLabel({ rows, part }: Facts, label: string): string {
  return (
    `All ${countRows(rows, part)} have the label "${label}", so they cannot show which run tells labels apart. ` +
    "Use rows with several labels."
  );
}

function answer(facts: Facts): string[] {
  const [best, ...others] = facts.runs as [VerdictRun, ...VerdictRun[]];
  const what = `${figure(facts, best)} on ${countRows(facts.rows, facts.part)}`;
  if (others.length === 0) {
    const { low, high } = best;
    const between = `${formatMetric(facts.metric, low)} to ${formatMetric(facts.metric, high)}`;
    return [
      `${best.run} has ${what}. With other rows it may be ${between} (95 % interval). Nothing is compared with it.`,
    ];
  }
  const behind = others.filter(({ run }) => isAhead(facts, best.run, run));
  const level = others.filter((other) => !behind.includes(other));
  const untrained = best.kind === "tuned" ? "" : best.kind === "control" ? ", a control," : ", untrained,";
  const first = `${best.run}${untrained} is best: ${what}.`;
  if (level.length === 0) {
    return [`${first} It is ahead of ${spelled(facts, behind)} beyond luck.`];
  }
  if (behind.length === 0) {
    const same = others.every(({ value }) => value === best.value);
    if (same) return [`${others.length === 1 ? "Both runs" : `All ${facts.runs.length} runs`} are level: ${what}.`];
    return [
      `No run is ahead beyond luck. ${best.run}${untrained} has ${what}; ${spelled(facts, level)} may be as good.`,
    ];
  }
  return [
    `${best.run}${untrained} has ${what}, but ${spelled(facts, level)} may be as good: the difference may be luck.`,
    `${best.run} is ahead of ${spelled(facts, behind)} beyond luck.`,
  ];
}

/** Whether tuning helped, against what it has to beat. */
function bars(facts: Facts): string[] {
  const tuned = facts.runs.filter(({ kind }) => kind === "tuned");
  const controls = facts.runs.filter(({ kind }) => kind !== "tuned");
  if (tuned.length === 0 || controls.length === 0) return [];
  const unbeaten = controls.filter((bar) => !tuned.some(({ run }) => isAhead(facts, run, bar.run)));
  if (unbeaten.length === 0) {
    const [best] = tuned as [VerdictRun, ...VerdictRun[]];
    const byBest = controls.every(({ run }) => isAhead(facts, best.run, run));
    // What the best is ahead of has been said.
    return byBest && best === facts.runs[0] ? [] : ["Every control is beaten by a tuned run beyond luck."];
  }
  const notAhead = `No tuned run is ahead of ${listed(unbeaten.map(({ run }) => run))} beyond luck`;
  return [
    unbeaten.some(({ kind }) => kind === "control")
      ? `${notAhead}, so these rows do not show that tuning helps.`
      : `${notAhead}: without a step ${unbeaten.length > 1 ? "they" : "it"} may be as good as any of them.`,
  ];
}

function majority({ metric, majority: value, aheadOfMajority }: Facts): string[] {
  if (value === null || !aheadOfMajority) return [];
  const { run, label, beyondLuck } = aheadOfMajority;
  const always = `always saying "${label}" (${formatMetric(metric, value)})`;
  return [`${run} is ${beyondLuck ? "" : "not "}ahead of ${always}${beyondLuck ? "" : " beyond luck"}.`];
}

function needed(facts: Facts): string[] {
  if (!facts.needed) return [];
  const [one, other] = facts.runs as [VerdictRun, VerdictRun];
  const { rows, seeds } = facts.needed;
  const small = { share: "2 points", correlation: "0.02", number: "2 %" }[metricFacts[facts.metric].kind];
  const between = `between ${one.run} and ${other.run}`;
  if (rows !== null && rows <= facts.rows) {
    return [`A difference of ${small} ${between} would most likely have shown on these rows.`];
  }
  const ways = [
    ...(rows === null ? [] : [countRows(roughly(rows), facts.part)]),
    ...(seeds === null || seeds <= one.seeds ? [] : [`${count(roughly(seeds), "seed")} on these rows`]),
  ];
  if (ways.length === 0)
    return [`To see a difference of ${small} ${between}, both more rows and more seeds are needed.`];
  return [`To see a difference of ${small} ${between}, about ${ways.join(", or ")} would be needed.`];
}

function remarked(runs: readonly VerdictRun[], kind: Remark["kind"]): string[] {
  if (kind === "one answer" || kind === "learning by heart") {
    return runs.flatMap(({ run, remarks }) => {
      const remark = remarks.find((one) => one.kind === kind);
      if (remark?.kind === "one answer") return [`${run} gives every row the same answer, "${remark.answer}".`];
      if (remark?.kind !== "learning by heart") return [];
      return [
        `${run} is learning the training rows by heart: its validation loss was lowest at step ${remark.bestStep} and has risen since.`,
      ];
    });
  }
  const names = runs.filter(({ remarks }) => remarks.some((one) => one.kind === kind)).map(({ run }) => run);
  if (names.length === 0) return [];
  const many = names.length > 1;
  return kind === "has not moved"
    ? [`${listed(names)} ${many ? "have" : "has"} not moved: the loss is what it was before the first step.`]
    : [
        `${listed(names)} ${many ? "were" : "was"} still getting better at the end: with more steps ${many ? "they" : "it"} may do better.`,
      ];
}

/** What the verdict rests on. */
function caveats(facts: Facts): string[] {
  const { metric, metricChangedAfterTraining, part, looks, testRowsChanged, runs } = facts;
  const trained = runs.filter(({ kind }) => kind !== "answerer");
  const once = trained.length > 0 && trained.every(({ seeds }) => seeds === 1);
  return [
    ...(once
      ? ["Every run has one seed: this compares these trained runs, and another seed may change the order."]
      : []),
    ...(part === "validation"
      ? ["These are validation rows: whatever was chosen by them looks better on them than it is."]
      : []),
    ...(looks !== null && looks > 1
      ? [`These test rows have been looked at ${looks} times: choices made in between make them less of a test.`]
      : []),
    ...(testRowsChanged
      ? [
          `Test rows were changed: ${describeChanges(testRowsChanged)}.` +
            (testRowsChanged.afterLook
              ? " That was after they had been read, so the result may have had a say in it."
              : ""),
        ]
      : []),
    ...(metricChangedAfterTraining
      ? [`${metricFacts[metric].title} was chosen after training began: a lead in it may have been picked.`]
      : []),
  ];
}

/** Whether the pair's test says so. */
function isAhead({ pairs, metric }: Facts, run: string, other: string): boolean {
  const pair = pairs.find(
    ({ first, second }) => (first === run && second === other) || (first === other && second === run),
  );
  if (!pair?.beyondLuck) return false;
  const difference = pair.first === run ? pair.difference.value : -pair.difference.value;
  return (metricFacts[metric].better === "high" ? difference : -difference) > 0;
}

/** `63.3 % accuracy`, `a perplexity of 12.300`. */
function figure({ metric }: Facts, { value, seeds }: VerdictRun): string {
  const { title, kind } = metricFacts[metric];
  const name = /^[A-Z][a-z]/.test(title) && !/^(Pearson|Spearman|Matthews)/.test(title) ? title.toLowerCase() : title;
  const said = kind === "share" ? `${formatMetric(metric, value)} ${name}` : `${name} ${formatMetric(metric, value)}`;
  return seeds > 1 ? `${said} (mean of ${seeds} seeds)` : said;
}

/** Names with their values: at most three, then how many more. */
function spelled({ metric }: Facts, runs: readonly VerdictRun[]): string {
  return listed(runs.map(({ run, value }) => `${run} (${formatMetric(metric, value)})`));
}

function listed(names: readonly string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${names.length - 3} others`] : names;
  return shown.length < 2 ? shown.join() : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

/** Two digits: more are not known. */
function roughly(number: number): number {
  return Number(number.toPrecision(2));
}

/** `12 test rows`, `12 rows of the file`. */
function countRows(rows: number, part: Verdict["part"]): string {
  return part === "file" ? `${count(rows, "row")} of the file` : count(rows, `${part} row`);
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
