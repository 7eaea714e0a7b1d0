/**
 * The table's rows of one comparison: one for each run and learning rate, with what its seeds and
 * splits say together, and which rate did best for each run.
 */

import { type Spread, spreadOf } from "../../plan/variants";
import type { Figure, TableRow } from "./table-rows";

/** A row for all seeds; its figures are their means. */
export interface GroupRow extends TableRow {
  name: string;
  /** One a seed and split, failed ones among them. */
  members: readonly TableRow[];
  /** Over the members that did not fail; null where none has the figure. */
  spreads: Record<Figure, Spread | null>;
  /** Members that have been evaluated, and those that failed. */
  seeds: number;
  failed: number;
  /** Of a run with several learning rates: whether this one has the lowest mean validation loss. */
  bestRate: boolean;
}

/** In the order of the runs. @param rows of one comparison */
export function groupRows(rows: readonly TableRow[]): GroupRow[] {
  const members = new Map<string, TableRow[]>();
  for (const row of rows) {
    const { group } = row.run.variant;
    members.set(group, [...(members.get(group) ?? []), row]);
  }
  const groups = [...members].map(([group, all]) => groupOf(group, all));
  for (const row of groups) {
    const own = row.run.variant;
    const rivals = groups.filter(({ run: { variant } }) => variant.run === own.run && variant.rows === own.rows);
    const losses = rivals.map(({ figures }) => figures.validationLoss).filter((loss) => loss !== null);
    row.bestRate = losses.length > 1 && row.figures.validationLoss === Math.min(...losses);
  }
  return groups;
}

function groupOf(group: string, members: readonly TableRow[]): GroupRow {
  const [first] = members as [TableRow];
  const sound = members.filter(({ run }) => run.state !== "failed");
  const known = sound.length > 0 ? sound : members;
  const over = (figure: Figure): Spread | null => {
    const values = known.map(({ figures }) => figures[figure]).filter((value) => value !== null);
    return values.length === 0 ? null : spreadOf(values);
  };
  const names = Object.keys(first.figures) as Figure[];
  const spreads = Object.fromEntries(names.map((figure) => [figure, over(figure)])) as GroupRow["spreads"];
  return {
    ...known[0]!,
    name: members.length > 1 ? group : first.run.name,
    members,
    spreads,
    figures: Object.fromEntries(names.map((name) => [name, spreads[name]?.mean ?? null])) as TableRow["figures"],
    contends: known.some(({ contends }) => contends),
    seeds: sound.filter(({ run }) => run.curves.evaluations.length > 0).length,
    failed: members.length - sound.length,
    bestRate: false,
  };
}
