/**
 * Rows of a part that the other parts have, too: the same text, or the same group. Parts that are
 * drawn share neither; files of one's own may, and then a part measures what was learned by heart.
 */

import { countOf } from "./errors";
import type { Example } from "./examples";
import { inputsOf } from "./parts";
import { nameRows, type Source } from "./shards";

/** How many rows of a part have a text, and a group, that another part has. */
export interface Overlap {
  readonly texts: number;
  readonly groups: number;
}

export interface Compared {
  readonly rows: readonly Example[];
  readonly others: readonly Example[];
  /** That `rows` are from, and what `others` are called. */
  readonly source: Source;
  readonly where: string;
  /** Null where rows have no groups. */
  readonly group: string | null;
}

/** Counted, and in sentences that name the rows. */
export function findOverlap({
  rows,
  others,
  source,
  where,
  group,
}: Compared): Overlap & { readonly notices: string[] } {
  const inputOf = inputsOf([...others, ...rows]);
  const knownTexts = new Set(others.map(inputOf));
  const texts = rows.filter((example) => knownTexts.has(inputOf(example)));
  const knownGroups = new Set(others.flatMap((example) => example.group ?? []));
  const grouped = rows.filter((example) => example.group !== undefined && knownGroups.has(example.group));
  const shared = new Set(grouped.map((example) => example.group)).size;
  const named = (some: readonly Example[]) =>
    nameRows(
      some.map(({ row }) => row),
      source,
    );
  const { file } = source;
  return {
    texts: texts.length,
    groups: grouped.length,
    notices: [
      ...(grouped.length > 0
        ? [
            `${file}, column "${group}": ${countOf(shared, "group")} of ${countOf(grouped.length, "row")} ` +
              `${shared === 1 ? "is" : "are"} among the ${where} rows, too (${named(grouped)}).`,
          ]
        : []),
    ],
  };
}
