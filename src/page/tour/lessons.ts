/**
 * Three short lessons, each a walk over a finished comparison of the gallery. Every figure in them
 * is read from that comparison, so that none can say what it does not show.
 */

import { summarise } from "../curves/run-curves";
import type { EntryId } from "../gallery/entries";
import { formatCount, formatMetric, formatPercent, formatPlural, formatSmallPercent } from "../numbers";
import type { Comparison } from "../store/state";
import type { Stop } from "./walk";

export const lessons: Record<EntryId, (comparison: Comparison) => Stop[]> = {
  prefix: prefixLesson,
  lora: loraLesson,
  luck: luckLesson,
};

const HEADING = ".results-heading";
const VERDICT = "#results .verdict";
const CHARTS = "#results .charts";
const TABLE = "[aria-labelledby='runs-title']";
const COMPARE = ".compare-bar";

/** What the verdict says a run reached, for example `67.6 %`. */
function reached({ verdict }: Comparison, name: string): string {
  const run = verdict?.runs.find((one) => one.run === name);
  if (!verdict || !run) throw new Error(`The verdict has no run "${name}".`);
  return formatMetric(verdict.metric, run.value);
}

function trained({ runs }: Comparison, name: string): { count: number; words: string } {
  const trainable = runs.find(({ variant }) => variant.run === name)?.trainable;
  if (!trainable) throw new Error(`Nothing is known of what "${name}" trains.`);
  const { total, percentOfBase } = trainable;
  return { count: total, words: `${formatCount(total)} numbers, ${formatSmallPercent(percentOfBase)} of the model's` };
}

/** Accuracy before the first step and after the last. */
function course({ runs }: Comparison, name: string): { before: string; after: string } {
  const run = runs.find(({ variant }) => variant.run === name)!;
  const [first] = run.curves.evaluations.column("accuracy");
  return { before: formatPercent(first), after: formatPercent(summarise(run.curves, "accuracy", true).last) };
}

/** Whether the verdict tells two runs apart. */
function isBeyondLuck({ verdict }: Comparison, one: string, other: string): boolean {
  const names = [one, other];
  const pair = verdict?.pairs.find(({ first, second }) => names.includes(first) && names.includes(second));
  if (!pair) throw new Error(`The verdict does not compare "${one}" with "${other}".`);
  return pair.beyondLuck;
}

function told(comparison: Comparison, one: string, other: string): string {
  const values = `${one} reached ${reached(comparison, one)}, ${other} ${reached(comparison, other)}.`;
  return isBeyondLuck(comparison, one, other)
    ? `${values} The verdict calls that more than luck.`
    : `${values} The verdict calls them level: on so few rows that may be luck.`;
}

const rowsOf = ({ verdict }: Comparison) => verdict?.rows ?? 0;

function prefixLesson(comparison: Comparison): Stop[] {
  const { dataTitle, modelName, parts } = comparison;
  const sk = trained(comparison, "SK-Prefix");
  const { before, after } = course(comparison, "SK-Prefix");
  return [
    {
      place: HEADING,
      title: "One model, four runs",
      text: `All runs use the same frozen model, ${modelName}: none of its numbers changes. They learn from the same ${formatCount(parts?.train)} rows of ${dataTitle} what a question asks for.`,
    },
    {
      place: VERDICT,
      title: "Something before your text",
      text: `SK-Prefix and Prefix tuning put a trained prefix before the text in every layer: the model attends to it as if words stood there. Hard text + head puts a plain sentence there that is not trained; Head only puts nothing.\nThey reached ${reached(comparison, "SK-Prefix")}, ${reached(comparison, "Prefix tuning")}, ${reached(comparison, "Hard text + head")} and ${reached(comparison, "Head only")}.`,
    },
    {
      place: CHARTS,
      title: "It is learned",
      text: `Each line is the accuracy on rows that no run trains on. SK-Prefix had ${before} before its first step and ${after} after its last: the same model, with another prefix before the text.`,
    },
    {
      place: TABLE,
      title: "It is small",
      text: `SK-Prefix trains ${sk.words}, its head included. Head only trains ${formatCount(trained(comparison, "Head only").count)}: what lies between the two is the prefix.`,
    },
    {
      place: VERDICT,
      title: "Where it begins matters",
      text: `Both prefixes have equally many trained numbers here. ${told(comparison, "SK-Prefix", "Prefix tuning")} SK-Prefix begins with a sentence that says the task; prefix tuning begins anywhere.`,
    },
    {
      place: COMPARE,
      title: "Your turn",
      text: "The rows are open. Press Compare to train it yourself, or change the text of SK-Prefix in step 2 first.",
    },
  ];
}

function loraLesson(comparison: Comparison): Stop[] {
  const [one, eight, full] = ["LoRA, rank 1", "LoRA, rank 8", "Full fine-tuning"];
  const small = trained(comparison, one!);
  const large = trained(comparison, full!);
  return [
    {
      place: HEADING,
      title: "Change a little, or everything",
      text: `Full fine-tuning changes every number of the model. LoRA leaves the model frozen and adds a small update to some of its matrices; the rank says how large the update may be. Rows: ${comparison.dataTitle}.`,
    },
    {
      place: TABLE,
      title: "What each one trains",
      text: `LoRA of rank 1 trains ${small.words}; of rank 8 ${formatCount(trained(comparison, eight!).count)} numbers. Full fine-tuning trains ${formatCount(large.count)}, and its download is as large as the model.`,
    },
    {
      place: VERDICT,
      title: "What it buys",
      text: `${told(comparison, eight!, full!)} ${told(comparison, one!, eight!)}`,
    },
    {
      place: CHARTS,
      title: "Look at the whole way",
      text: `The lines show whether a run is still rising at the end or has come to rest. ${full} went from ${course(comparison, full!).before} to ${course(comparison, full!).after}, LoRA of rank 8 from ${course(comparison, eight!).before} to ${course(comparison, eight!).after}.`,
    },
    {
      place: VERDICT,
      title: "Enough?",
      text: `LoRA is enough where full fine-tuning is not ahead of it beyond luck, and LoRA is ahead of the control. ${told(comparison, eight!, "Head only")}`,
    },
    {
      place: COMPARE,
      title: "Your turn",
      text: "This is one data set and one small model: another may answer otherwise. Bring your own rows, keep LoRA, and compare.",
    },
  ];
}

function luckLesson(comparison: Comparison): Stop[] {
  const { runs, verdict } = comparison;
  const ends = (name: string) =>
    runs
      .filter(({ variant }) => variant.run === name)
      .map(({ curves }) => formatPercent(summarise(curves, "accuracy", true).last));
  const seeds = ends("LoRA");
  const [best] = verdict?.runs ?? [];
  if (!verdict || !best) throw new Error("The comparison has no verdict.");
  const interval = `${formatMetric(verdict.metric, best.low)} to ${formatMetric(verdict.metric, best.high)}`;
  return [
    {
      place: HEADING,
      title: "Three times the same",
      text: `Every method was trained ${formatPlural(seeds.length, "time")} on the same rows of ${comparison.dataTitle}. Only the seed differs: where the trained numbers begin, and in which order the rows come.`,
    },
    {
      place: TABLE,
      title: "And not the same result",
      text: `LoRA ended at ${seeds.join(", ")}; SK-Prefix at ${ends("SK-Prefix").join(", ")}; Head only at ${ends("Head only").join(", ")}. Nothing but chance made the difference within a method.`,
    },
    {
      place: VERDICT,
      title: "Few rows are chance too",
      text: `A dot is what a method reached on ${formatPlural(rowsOf(comparison), "row")}; its bar is where it would be in 95 of 100 draws of as many rows. ${best.run}: ${reached(comparison, best.run)}, with a bar from ${interval}.`,
    },
    {
      place: VERDICT,
      title: "So the verdict asks both",
      text: `It calls a method ahead only where rows and seeds together say so. ${told(comparison, "SK-Prefix", "LoRA")} ${told(comparison, "LoRA", "Head only")}`,
    },
    {
      place: "#step-training",
      title: "Your turn",
      text: "Seeds are in step 3. More seeds tell luck in training apart, more rows kept out of training tell luck in measuring apart.",
    },
  ];
}
