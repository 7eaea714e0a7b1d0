/**
 * A verdict in plain words, the answer first. Everything that is said is read off the verdict's own
 * figures, so that the same figures give the same sentences wherever they are shown; nothing is
 * said that its tests do not.
 */

import { describeChanges } from "../data/changes";
import { metricFacts } from "../tasks/metrics/names";
import { formatMetric } from "../tasks/metrics/shown";
import { claimSentence } from "./claim";
import { selectionSentences } from "./selection";
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
    ...(onlyLabel === null ? [...meaning(facts), ...chosenRows(facts), ...bars(facts), ...withoutModel(facts)] : []),
    ...(onlyLabel === null ? [...majority(facts), ...needed(facts)] : []),
    ...(["turned", "one answer", "has not moved", "still falling", "learning by heart"] as const).flatMap((kind) =>
      remarked(runs, kind),
    ),
    ...facts.leftOut.map(({ run, why }) => `${run} is not compared: ${why}.`),
    ...(runs.length === 0 ? [] : caveats(facts)),
  ];
}

function oneLabel({ rows, part }: Facts, label: string): string {
  const ofFile = part === "file" ? "row of the file" : `${part} row`;
  return (
    (rows === 1
      ? `The only ${ofFile} has the label "${label}", so it cannot`
      : `All ${countRows(rows, part)} have the label "${label}", so they cannot`) +
    " show which run tells labels apart. Use rows with several labels."
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
  const aside = asideOf(best);
  const first = `${best.run}${aside} is best: ${what}.`;
  if (level.length === 0) {
    return [`${first} It is ahead of ${spelled(facts, behind)} beyond luck.`];
  }
  const apart = aheadAmong(facts, level);
  if (behind.length === 0) {
    const same = others.every(({ value }) => value === best.value);
    if (same) return [`${others.length === 1 ? "Both runs" : `All ${facts.runs.length} runs`} are level: ${what}.`];
    if (apart.length === 0) {
      return [`No run is ahead beyond luck. ${best.run}${aside} has ${what}; ${spelled(facts, level)} may be as good.`];
    }
    return [
      `No run is ahead of all others beyond luck. ${best.run}${aside} has ${what}; its differences from ` +
        `${spelled(facts, level)} may be luck.`,
      ...apart,
    ];
  }
  const ahead = `${best.run} is ahead of ${spelled(facts, behind)} beyond luck.`;
  if (apart.length > 0) {
    return [
      `${best.run}${aside} has ${what}; its differences from ${spelled(facts, level)} may be luck.`,
      ahead,
      ...apart,
    ];
  }
  return [
    `${best.run}${aside} has ${what}, but ${spelled(facts, level)} may be as good: the difference may be luck.`,
    ahead,
  ];
}

/**
 * Which of the runs that the best is not ahead of are ahead of others of them: a run in between can
 * be, where it answers more of the same rows right. Those ahead of the same runs share a sentence.
 */
function aheadAmong(facts: Facts, level: readonly VerdictRun[]): string[] {
  const found = new Map<string, { ahead: VerdictRun[]; behind: VerdictRun[] }>();
  for (const one of level) {
    const behind = level.filter(({ run }) => isAhead(facts, one.run, run));
    if (behind.length === 0) continue;
    const key = JSON.stringify(names(behind));
    found.set(key, { ahead: [...(found.get(key)?.ahead ?? []), one], behind });
  }
  return [...found.values()].map(
    ({ ahead, behind }) => `But ${allOf(names(ahead))} ${are(ahead)} ahead of ${allOf(names(behind))} beyond luck.`,
  );
}

/** What is not tuned about a run, after its name. */
function asideOf({ kind, basis }: VerdictRun): string {
  if (kind === "tuned") return "";
  if (kind === "control") return ", a control,";
  if (basis === "texts") return ", which needs no language model,";
  return basis === "fitted head" ? ", fitted without a step," : ", untrained,";
}

/** Whether the meaning of a text matters, where there are runs to say so. */
function meaning(facts: Facts): string[] {
  return facts.claims.flatMap((claim) => claimSentence(facts, claim) ?? []);
}

/** Whether choosing training rows helped, against as many at random and against all. */
function chosenRows(facts: Facts): string[] {
  return selectionSentences(facts.selections ?? [], {
    judged: names(facts.runs),
    isAhead: (run, other) => isAhead(facts, run, other),
  });
}

/** Whether tuning helped, against what it has to beat. */
function bars(facts: Facts): string[] {
  const tuned = facts.runs.filter(({ kind }) => kind === "tuned");
  // How all runs stand to the majority is said by itself, where a row has one label.
  const isApart = majority(facts).length > 0;
  const others = facts.runs.filter(({ kind, basis }) => kind !== "tuned" && !(isApart && basis === "one answer"));
  if (tuned.length === 0 || others.length === 0) return [];
  const unbeaten = others.filter((bar) => !tuned.some(({ run }) => isAhead(facts, run, bar.run)));
  const { ahead, level } = modelFree(facts);
  // Where no run that uses a model is ahead of one that uses none, that is said below.
  const said = [...(ahead ? [ahead] : []), ...level];
  return [
    ...noneAhead(unbeaten.filter((bar) => !said.includes(bar))),
    ...allBeaten(facts, tuned, others, unbeaten),
    ...lagging(facts, tuned, others),
  ];
}

function noneAhead(unbeaten: readonly VerdictRun[]): string[] {
  if (unbeaten.length === 0) return [];
  const notAhead = `No tuned run is ahead of ${allOf(names(unbeaten), "or")} beyond luck`;
  return [
    unbeaten.some(({ kind }) => kind === "control")
      ? `${notAhead}, so these rows do not show that tuning helps.`
      : `${notAhead}: without a step ${unbeaten.length > 1 ? "they" : "it"} may be as good as any of them.`,
  ];
}

function allBeaten(
  facts: Facts,
  [bestTuned]: readonly VerdictRun[],
  others: readonly VerdictRun[],
  unbeaten: readonly VerdictRun[],
): string[] {
  const byBest = others.every(({ run }) => isAhead(facts, bestTuned!.run, run));
  // What the best is ahead of has been said.
  if (unbeaten.length > 0 || (byBest && bestTuned === facts.runs[0])) return [];
  return [`${allOf(names(others), "and")} ${are(others)} beaten by a tuned run beyond luck.`];
}

/**
 * Which tuned runs are behind a bar beyond luck, or not ahead of one that others are ahead of. Bars
 * with the same runs share a sentence; of the best run the answer has said it.
 */
function lagging(facts: Facts, tuned: readonly VerdictRun[], others: readonly VerdictRun[]): string[] {
  const found = new Map<string, { runs: VerdictRun[]; behind: boolean; bars: VerdictRun[] }>();
  for (const bar of others.filter((other) => other !== facts.runs[0])) {
    const behind = tuned.filter(({ run }) => isAhead(facts, bar.run, run));
    const ahead = tuned.filter(({ run }) => isAhead(facts, run, bar.run));
    const level = ahead.length === 0 ? [] : tuned.filter((run) => !ahead.includes(run) && !behind.includes(run));
    for (const [runs, isBehind] of [
      [level, false],
      [behind, true],
    ] as const) {
      if (runs.length === 0) continue;
      const key = JSON.stringify([isBehind, names(runs)]);
      found.set(key, { runs, behind: isBehind, bars: [...(found.get(key)?.bars ?? []), bar] });
    }
  }
  return [...found.values()].map(({ runs, behind, bars }) =>
    behind
      ? `${allOf(names(runs), "and")} ${are(runs)} behind ${allOf(names(bars), "and")} beyond luck.`
      : `${allOf(names(runs), "and")} ${are(runs)} not ahead of ${allOf(names(bars), "or")} beyond luck.`,
  );
}

/**
 * Of the answerers that use no language model: the first that is ahead of every run that uses one,
 * and those that no such run is ahead of.
 */
function modelFree(facts: Facts): { ahead: VerdictRun | null; level: VerdictRun[] } {
  const without = facts.runs.filter(({ basis }) => basis === "texts");
  const within = facts.runs.filter(({ basis }) => basis !== "texts" && basis !== "one answer");
  if (within.length === 0) return { ahead: null, level: [] };
  return {
    ahead: without.find((bar) => within.every(({ run }) => isAhead(facts, bar.run, run))) ?? null,
    level: without.filter((bar) => !within.some(({ run }) => isAhead(facts, run, bar.run))),
  };
}

/** Whether the task needs a language model at all, as far as the rows can say. */
function withoutModel(facts: Facts): string[] {
  const { ahead, level } = modelFree(facts);
  if (ahead) {
    return [
      `This task needs no language model: ${ahead.run} uses none, and is ahead of every run that does beyond luck.`,
    ];
  }
  if (level.length === 0) return [];
  return [
    `These rows do not show that this task needs a language model: no run is ahead of ${allOf(names(level), "or")}, ` +
      `which ${level.length > 1 ? "use" : "uses"} none, beyond luck.`,
  ];
}

/** Every run against always saying the largest label. */
function majority(facts: Facts): string[] {
  const { metric, majority: value, againstMajority } = facts;
  if (value === null || !againstMajority || againstMajority.runs.length === 0) return [];
  const { label, runs } = againstMajority;
  const always = `always saying ${label === null ? "the largest label of the training rows" : `"${label}"`} (${formatMetric(metric, value)})`;
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const behind = runs.filter(({ beyondLuck, difference }) => beyondLuck && sign * difference.value < 0);
  const level = runs.filter(({ beyondLuck }) => !beyondLuck);
  const ahead = runs.length - behind.length - level.length;
  if (ahead === runs.length) {
    return [`${runs.length === 1 ? `${runs[0]!.run} is` : "Every run is"} ahead of ${always} beyond luck.`];
  }
  if (level.length === runs.length) {
    return [
      runs.length === 1
        ? `${level[0]!.run} is not ahead of ${always} beyond luck.`
        : `No run is ahead of ${always} beyond luck.`,
    ];
  }
  const said = [
    ...(behind.length > 0 ? [`${allOf(names(behind), "and")} ${are(behind)} behind ${always} beyond luck`] : []),
    ...(level.length > 0
      ? [`${allOf(names(level), "and")} ${are(level)} not ahead of ${behind.length > 0 ? "it" : always} beyond luck`]
      : []),
    ...(ahead === 0 ? [] : [ahead === 1 ? "the other run is ahead of it" : "all other runs are ahead of it"]),
  ];
  return [`${said.join("; ")}.`];
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
  if (kind === "one answer") return sameAnswers(runs);
  if (kind === "turned" || kind === "learning by heart") {
    return runs.flatMap(({ run, remarks }) => {
      const remark = remarks.find((one) => one.kind === kind);
      if (remark?.kind === "turned") {
        const { dial, setting, most } = remark;
        return [`${run} answers at ${dial.toLowerCase()} ${setting} here, not at the ${most} of its training.`];
      }
      if (remark?.kind !== "learning by heart") return [];
      const { bestStep, lastBestStep } = remark;
      const lowest =
        lastBestStep === undefined ? `at step ${bestStep}` : `between steps ${bestStep} and ${lastBestStep}`;
      return [
        `${run} is learning the training rows by heart: its validation loss was lowest ${lowest} and has risen since.`,
      ];
    });
  }
  const such = names(runs.filter(({ remarks }) => remarks.some((one) => one.kind === kind)));
  if (such.length === 0) return [];
  const many = such.length > 1;
  return kind === "has not moved"
    ? [`${listed(such)} ${many ? "have" : "has"} not moved: the loss is what it was before the first step.`]
    : [
        `${listed(such)} ${many ? "were" : "was"} still getting better at the end: with more steps ${many ? "they" : "it"} may do better.`,
      ];
}

/** A sentence for each answer that runs give to every row. */
function sameAnswers(runs: readonly VerdictRun[]): string[] {
  const by = new Map<string, VerdictRun[]>();
  for (const run of runs) {
    const remark = run.remarks.find(({ kind }) => kind === "one answer");
    if (remark?.kind === "one answer") by.set(remark.answer, [...(by.get(remark.answer) ?? []), run]);
  }
  return [...by].map(
    ([answer, such]) =>
      `${listed(names(such))} ${such.length > 1 ? "give" : "gives"} every row the same answer, "${answer}".`,
  );
}

/** What the verdict rests on. */
function caveats(facts: Facts): string[] {
  const { metric, metricChangedAfterTraining, part, looks, testRowsChanged, runs, thresholdsTuned } = facts;
  const trained = runs.filter(({ kind }) => kind !== "answerer");
  const once = trained.length > 0 && trained.every(({ seeds }) => seeds === 1);
  return [
    ...(once
      ? ["Every run has one seed: this compares these trained runs, and another seed may change the order."]
      : []),
    ...sweep(runs),
    ...(part === "validation" && looks !== null
      ? [
          "A stop came before every run had read the test rows, so validation rows decide. That counts as a look at the " +
            `test rows all the same${looks > 1 ? `: there have been ${looks}` : ""}.`,
        ]
      : []),
    ...(part === "validation"
      ? ["These are validation rows: whatever was chosen by them looks better on them than it is."]
      : []),
    ...(thresholdsTuned
      ? [
          part === "validation"
            ? "Labels are given above thresholds that were tuned on these very rows, which makes every run look better than it is."
            : "Labels are given above thresholds that were tuned on the validation rows.",
        ]
      : []),
    ...(part === "test" && looks !== null && looks > 1
      ? [`These test rows have been looked at ${looks} times: choices made in between make them less of a test.`]
      : []),
    ...overlapping(facts),
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

/** Where the rows were learned from in part, which makes them less of a test. */
function overlapping({ part, rows, overlap }: Facts): string[] {
  if (!overlap) return [];
  const others = part === "validation" ? "the training rows" : "the training or validation rows";
  const some = (number: number) =>
    number >= rows
      ? `all of these ${part} rows`
      : `${number.toLocaleString("en-US")} of these ${countRows(rows, part)}`;
  return [
    ...(overlap.texts > 0
      ? [`The texts of ${some(overlap.texts)} are among ${others}, too: there a run may answer from memory.`]
      : []),
    ...(overlap.groups > 0
      ? [`The groups of ${some(overlap.groups)} are among ${others}, too: of new groups a run may know less.`]
      : []),
  ];
}

/** A sweep's best is seen on the rows that judge it. */
function sweep(runs: readonly VerdictRun[]): string[] {
  const swept = new Map(runs.flatMap(({ swept }) => (swept ? [[swept.run, swept.points] as const] : [])));
  const settings = [...swept]
    .filter(([, points]) => points > 1)
    .map(
      ([run, points]) =>
        `${run} was trained with ${points} settings, and which of them is best is seen on these same rows: the best of ` +
        "them looks better than it is.",
    );
  const tried = runs.find(({ ratesTried }) => ratesTried !== undefined)?.ratesTried;
  if (tried === undefined) return settings;
  return [
    ...settings,
    `Runs were trained at ${tried} learning rates each, and which of them is best is seen on these same rows: the best ` +
      "of them looks better than it is.",
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
  const said = runs.map(({ run, value }) => `${quoted(run)} (${formatMetric(metric, value)})`);
  return joined(said.length > 4 ? [...said.slice(0, 3), `${said.length - 3} others`] : said);
}

/** At most three, then how many more. */
function listed(given: readonly string[]): string {
  return given.length > 4 ? joined([...given.slice(0, 3).map(quoted), `${given.length - 3} others`]) : allOf(given);
}

/** Every name: where a test has said it of each. */
function allOf(given: readonly string[], word: "and" | "or" = "and"): string {
  return joined(given.map(quoted), word);
}

function joined(parts: readonly string[], word = "and"): string {
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(", ")} ${word} ${parts.at(-1)}`;
}

/** A name with a comma would look like two. */
function quoted(name: string): string {
  return name.includes(",") ? `"${name}"` : name;
}

const names = (runs: readonly { readonly run: string }[]) => runs.map(({ run }) => run);

const are = ({ length }: readonly unknown[]) => (length > 1 ? "are" : "is");

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
