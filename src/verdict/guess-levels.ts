/**
 * What guessing would come to, as lines across the chart of a metric: always saying the most
 * frequent label, and guessing by the labels' shares.
 */

import { splitsOf } from "../data/splits";
import type { Configuration } from "../plan/configuration";
import { type MetricName, rowShares } from "../tasks/metrics/names";
import type { Verdict } from "./verdict";

export interface Level {
  readonly title: string;
  readonly value: number;
}

/** What is known of a comparison's rows; null and empty where nobody knows. */
interface Ground {
  readonly configuration: Configuration;
  readonly labels: readonly { readonly name: string; readonly train: number; readonly validation: number }[];
  readonly parts: { readonly train: number; readonly validation: number } | null;
  readonly verdict: Verdict | null;
}

/**
 * On the validation rows; empty where rows have not one label each, or nothing is known of them. As
 * the verdict says it where that is of these rows, else by the labels' counts.
 */
export function guessLevels({ configuration, labels, parts, verdict }: Ground, metric: MetricName): Level[] {
  if (verdict?.metric === metric && verdict.part === "validation") {
    const { majority, chance, againstMajority } = verdict;
    return [
      ...(majority === null ? [] : [{ title: always(againstMajority?.label ?? null), value: majority }]),
      ...(chance === null ? [] : [{ title: "chance", value: chance }]),
    ];
  }
  const { task, test = null } = configuration.data;
  if (!rowShares[task].includes(metric) || splitsOf(test) !== null || !parts) return [];
  const counted = (part: "train" | "validation") => labels.reduce((sum, label) => sum + label[part], 0);
  // Rows with several labels are counted more than once, tags of words even more often.
  if (counted("train") !== parts.train || counted("validation") !== parts.validation) return [];
  if (parts.train === 0 || parts.validation === 0) return [];
  const largest = labels.reduce((most, label) => (label.train > most.train ? label : most));
  const chance = labels.reduce(
    (sum, { train, validation }) => sum + (train / parts.train) * (validation / parts.validation),
    0,
  );
  return [
    { title: always(largest.name), value: largest.validation / parts.validation },
    { title: "chance", value: chance },
  ];
}

const always = (label: string | null) => (label === null ? "always the largest label" : `always ${label}`);
