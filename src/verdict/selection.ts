/**
 * Did it help to choose training rows? What the pairs of a verdict say of a run on the chosen rows
 * against the same on as many random ones, which it must beat, and on all of them.
 */

import type { Variant } from "../plan/variants";
import type { SelectionRuns } from "./verdict";

/** Of every run and learning rate, under the names that a verdict has for them. */
export function selectionsOf(variants: readonly Variant[]): SelectionRuns[] {
  const key = ({ run, learningRateFactor }: Variant) => `${learningRateFactor} ${run}`;
  const chosen = new Map(variants.filter(({ rows }) => !rows).map((variant) => [key(variant), variant.group]));
  return [...chosen].flatMap(([one, group]) => {
    const named = (control: Variant["rows"]) =>
      variants.find((variant) => variant.rows === control && key(variant) === one)?.group ?? null;
    const found = { chosen: group, random: named("random"), all: named("all") };
    return found.random === null && found.all === null ? [] : [found];
  });
}

interface Judgement {
  /** Runs that there is a figure of. */
  readonly judged: readonly string[];
  /** Whether the first is ahead of the second beyond luck. */
  readonly isAhead: (run: string, other: string) => boolean;
}

/** A sentence for every way in which chosen rows stand to a control; runs alike share it. */
export function selectionSentences(selections: readonly SelectionRuns[], { judged, isAhead }: Judgement): string[] {
  const against = (control: "random" | "all", [ahead, level, behind]: readonly [string, string, string]) => {
    const pairs = selections.flatMap(({ chosen, [control]: other }) =>
      other !== null && judged.includes(chosen) && judged.includes(other) ? [{ chosen, other }] : [],
    );
    const said = (runs: typeof pairs, what: string) =>
      runs.length === 0 ? [] : [`${listed(runs.map(({ chosen }) => chosen))}: ${what}`];
    const isLevel = ({ chosen, other }: (typeof pairs)[number]) => !isAhead(chosen, other) && !isAhead(other, chosen);
    return [
      ...said(
        pairs.filter(({ chosen, other }) => isAhead(chosen, other)),
        ahead,
      ),
      ...said(pairs.filter(isLevel), level),
      ...said(
        pairs.filter(({ chosen, other }) => isAhead(other, chosen)),
        behind,
      ),
    ];
  };
  return [
    ...against("random", [
      "on the chosen rows it is ahead of the same on as many random rows beyond luck, so the choice helps.",
      "on the chosen rows it is not ahead of the same on as many random rows beyond luck, so the choice is not shown to help.",
      "on the chosen rows it is behind the same on as many random rows beyond luck: the choice does harm.",
    ]),
    ...against("all", [
      "on the chosen rows it is ahead of the same on all rows beyond luck.",
      "between the chosen rows and all of them the difference may be luck.",
      "on the chosen rows it is behind the same on all rows beyond luck.",
    ]),
  ];
}

const listed = (names: readonly string[]) => names.map((name) => (name.includes(",") ? `"${name}"` : name)).join(", ");
