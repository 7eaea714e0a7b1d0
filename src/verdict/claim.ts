/**
 * Does the meaning of the text matter? What the pairs of a verdict say of SK-Tuning's claim: the
 * same method from the text, from as many random tokens and from a text about something else. The
 * sentence never says more than the two tests do.
 */

import type { RunConfiguration } from "../plan/configuration";
import type { Variant } from "../plan/variants";
import { type MetricName, metricFacts } from "../tasks/metrics/names";
import type { ClaimRuns, Verdict } from "./verdict";

/** How a sentence calls what each control starts from. */
const STARTS: Readonly<Record<string, string>> = {
  "random-tokens": "random tokens",
  "irrelevant-text": "an irrelevant text",
};

/**
 * The runs of a comparison that the claim is tested by, under the names that a verdict has for
 * them; where a sweep tries several learning rates, once for each.
 */
export function claimsOf(runs: readonly RunConfiguration[], variants: readonly Variant[]): ClaimRuns[] {
  const claim = claimRuns(runs);
  if (!claim) return [];
  // What trains nothing is in a sweep without a factor.
  const own = variants.filter(({ run }) => run === claim.text);
  const factors = [...new Set(own.map(({ learningRateFactor }) => learningRateFactor))];
  return factors.map((factor) => {
    const groupOf = (name: string) =>
      variants.find(({ run, rows, learningRateFactor }) => run === name && !rows && learningRateFactor === factor)
        ?.group ?? name;
    return {
      ...claim,
      text: groupOf(claim.text),
      without: claim.without.map(({ start, run }) => ({ start, run: groupOf(run) })),
      ...(factors.length > 1 && { rateFactor: factor }),
    };
  });
}

/**
 * The runs of a configuration that the claim is tested by: the first whose text can be replaced by
 * a control, and those that are its equal in all but that. Null where there are none.
 */
export function claimRuns(runs: readonly RunConfiguration[]): ClaimRuns | null {
  for (const text of runs.filter(({ options }) => (options.control ?? "none") === "none")) {
    const without = runs.flatMap((run) => {
      const start = STARTS[String(run.options.control)];
      return start !== undefined && settingsOf(run) === settingsOf(text) ? [{ start, run }] : [];
    });
    if (without.length === 0) continue;
    return {
      text: text.name,
      without: without.map(({ start, run }) => ({ start, run: run.name })),
      ownRates: without.some(({ run }) => run.learningRate !== text.learningRate),
    };
  }
  return null;
}

/**
 * All that a run is set to but its name, its control and its learning rate, with how that was
 * found; in any order of its options.
 */
function settingsOf(given: RunConfiguration): string {
  const {
    name: _name,
    learningRate: _rate,
    foundRate: _found,
    sweptAs: _swept,
    options: { control: _control, ...options },
    ...run
  } = given;
  return JSON.stringify([Object.entries(run).sort(), Object.entries(options).sort()]);
}

/**
 * What the verdict says of the claim, by the tests between the text and each of its controls; null
 * where there is no such test.
 */
export function claimSentence({ metric, pairs }: Pick<Verdict, "metric" | "pairs">, claim: ClaimRuns): string | null {
  const { text, without } = claim;
  const sign = metricFacts[metric].better === "high" ? 1 : -1;
  const compared = without.flatMap(({ start, run }) => {
    const pair = pairs.find(({ first, second }) => [first, second].sort().join("\n") === [text, run].sort().join("\n"));
    if (!pair) return [];
    const ahead = sign * (pair.first === text ? 1 : -1) * pair.difference.value;
    if (!pair.beyondLuck) return [{ start, ahead: 0 }];
    return [{ start: `${start} (by ${formatSize(metric, Math.abs(ahead))})`, ahead: Math.sign(ahead) }];
  });
  if (compared.length === 0) return null;
  const listed = (ahead: number) => compared.filter((one) => one.ahead === ahead).map(({ start }) => start);
  const [aheadOf, level, behind] = [listed(1), listed(0), listed(-1)];
  const said = [
    aheadOf.length > 0 && `${text} is ahead of the same from ${joined(aheadOf)}, beyond luck`,
    behind.length > 0 && `${text} is behind the same from ${joined(behind)}, beyond luck`,
    level.length > 0 && `between ${text} and the same from ${joined(level)} the difference may be luck`,
  ].filter((part) => part !== false);
  const answer = conclusion({ ahead: aheadOf.length, behind: behind.length, all: compared.length });
  const rates =
    claim.rateFactor !== undefined
      ? `, at learning rates × ${claim.rateFactor}`
      : claim.ownRates
        ? ", each at its own learning rate"
        : "";
  const question = `Does the meaning of the text matter${rates}?`;
  return `${question} ${answer}: ${said.join("; ")}.`;
}

function conclusion({ ahead, behind, all }: { ahead: number; behind: number; all: number }): string {
  if (ahead === all) return all === 1 ? "It does against the one control there is" : "Here it does";
  if (ahead > 0) return behind > 0 ? "The controls disagree" : "Only in part";
  return behind > 0 ? "Here it does not help" : "That is not shown here";
}

/** `12.0 points` of a share, three digits of anything else. */
function formatSize(metric: MetricName, size: number): string {
  return metricFacts[metric].kind === "share" ? `${(100 * size).toFixed(1)} points` : size.toFixed(3);
}

function joined(starts: readonly string[]): string {
  return starts.join(" and from ");
}
