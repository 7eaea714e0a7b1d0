/** What a person is shown of the weights of the training rows. */

import type { Dataset } from "./dataset";
import { valuesOf } from "./slices";
import type { Table } from "./table";
import type { DataSettings, GroupShare, WeightSummary } from "./types";
import type { RowWeight } from "./weighers/weigh-examples";

/** Groups that are named, those with the most rows first. */
const MOST_GROUPS = 8;

/** Null where all rows count the same. `preview`: numbers of the rows that are shown. */
export function summarizeWeights(
  table: Table,
  { rowWeights }: Pick<Dataset, "rowWeights">,
  { weights: rules = [] }: Pick<DataSettings, "weights">,
  preview: readonly number[],
): WeightSummary | null {
  if (rowWeights === null) return null;
  const all = rowWeights.map(({ weight }) => weight);
  const weightOfRow = new Map(rowWeights.map(({ row, weight }) => [row, weight]));
  const kept = all.filter((weight) => weight > 0);
  const sum = kept.reduce((total, weight) => total + weight, 0);
  const least = kept.reduce((one, other) => Math.min(one, other), Number.POSITIVE_INFINITY);
  const most = kept.reduce((one, other) => Math.max(one, other), 0);
  const group = rules.find(({ by }) => by === "group") as { readonly column: string } | undefined;
  return {
    preview: preview.map((row) => weightOfRow.get(row) ?? null),
    left: all.length - kept.length,
    ...{ least, most, sum },
    groups: group ? { column: group.column, ...groupShares(table, group.column, rowWeights, sum) } : null,
  };
}

function groupShares(table: Table, column: string, rowWeights: readonly RowWeight[], sum: number) {
  const rows = rowWeights.map(({ row }) => row);
  const groups = new Map<string, { rows: number; weight: number }>();
  for (const [index, name] of valuesOf(table, column, rows).entries()) {
    const group = groups.get(name) ?? { rows: 0, weight: 0 };
    group.rows++;
    group.weight += rowWeights[index]!.weight;
    groups.set(name, group);
  }
  const ordered = [...groups].sort(([, a], [, b]) => b.rows - a.rows);
  const shares = ordered.slice(0, MOST_GROUPS).map(
    ([name, own]): GroupShare => ({
      name: name === "" ? "(empty)" : name,
      rows: own.rows,
      before: own.rows / rows.length,
      after: own.weight / sum,
    }),
  );
  return { shares, others: ordered.length - shares.length };
}
