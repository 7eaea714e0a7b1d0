/** The weighers that settings ask for. Not for how their numbers are put together. */

import type { DataSettings, WeightRule } from "../types";
import { columnWeigher } from "./column";
import { groupWeigher } from "./group";
import { labelWeigher } from "./label";
import { lengthWeigher } from "./length";
import { textWeigher } from "./text";
import { tokenWeigher } from "./tokens";
import type { RowWeigher, TokenWeigher } from "./weigher";

type RowRule = Exclude<WeightRule, { by: "tokens" }>;

const ROW_WEIGHERS: { readonly [By in RowRule["by"]]: (rule: Extract<RowRule, { by: By }>) => RowWeigher } = {
  text: textWeigher,
  length: lengthWeigher,
  label: labelWeigher,
  group: groupWeigher,
};

/** Of a weigher, how errors name it. */
interface Named<Weigher> {
  readonly name: string;
  readonly make: () => Weigher;
}

/** As a person counts the rules. */
const nameOf = (place: number) => `rule ${place + 1} of the weights`;

export function rowWeighers({ columns, weights = [] }: Pick<DataSettings, "columns" | "weights">): Named<RowWeigher>[] {
  const { weight: column } = columns;
  const named = weights.flatMap((rule, place) => {
    if (rule.by === "tokens") return [];
    const make = ROW_WEIGHERS[rule.by] as (rule: RowRule) => RowWeigher;
    return [{ name: nameOf(place), make: () => make(rule) }];
  });
  return column ? [{ name: "the column of weights", make: () => columnWeigher(column) }, ...named] : named;
}

/** @param texts of the training rows' responses */
export function tokenWeighers(
  { weights = [] }: Pick<DataSettings, "weights">,
  texts: readonly string[],
): Named<TokenWeigher>[] {
  return weights.flatMap((rule, place) =>
    rule.by === "tokens" ? [{ name: nameOf(place), make: () => tokenWeigher(rule, texts) }] : [],
  );
}
