/** Which runs of two comparisons are apart beyond luck, in sentences. */

import { metricFacts } from "../../tasks/metrics/names";
import type { ComparedKept, VerdictPair } from "../../worker/api";
import { formatPlural } from "../numbers";
import { formatDifference } from "../verdict/verdict-words";

type Tested = Exclude<ComparedKept, { readonly why: string }>;

/** More pairs than these are in the table alone. */
const MOST = 4;

/** The answer first; runs of the same name before others. */
export function luckInWords({ metric, part, rows, pairs }: Tested): string[] {
  const ground = `the same ${formatPlural(rows, `${part} row`)}`;
  const beyond = pairs.filter(({ beyondLuck }) => beyondLuck);
  if (beyond.length === 0) {
    return [`No run of the one is ahead of a run of the other beyond luck, on ${ground}.`];
  }
  const isTwin = ({ first, second }: VerdictPair) => first === second;
  const ordered = [...beyond.filter(isTwin), ...beyond.filter((pair) => !isTwin(pair))];
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const said = ordered.slice(0, MOST).map(({ first, second, difference }) => {
    const isFirst = sign * difference.value > 0;
    const [winner, loser] = isFirst ? [`${first} of A`, `${second} of B`] : [`${second} of B`, `${first} of A`];
    return `${winner} is ahead of ${loser} beyond luck (${formatDifference(metric, Math.abs(difference.value))}).`;
  });
  const left = ordered.length - said.length;
  return [
    `On ${ground}, ${formatPlural(beyond.length, "pair")} of ${pairs.length} ${beyond.length === 1 ? "is" : "are"} apart beyond luck.`,
    ...said,
    ...(left > 0
      ? [`${formatPlural(left, "more pair")} ${left === 1 ? "is" : "are"} apart: the table below has all.`]
      : []),
  ];
}
