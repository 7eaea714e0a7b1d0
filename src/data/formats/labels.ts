/**
 * What formats with label names share: numbering them, and names that a validation file must not
 * bring.
 */

import { DataError, quote } from "../errors";
import type { Example } from "../examples";
import type { KnownRows } from "./format";

export const MOST_LABELS = 1000;

/** A label where it stands. */
interface Place {
  readonly label: string;
  readonly row: number;
}

/**
 * Refuses labels that the training file lacks, or collects them where `known` says so; notes those
 * that this file lacks.
 * @param noun `label` or `tag`.
 * @throws DataError naming the first unknown label's row.
 */
export function checkKnown(
  file: string,
  column: string,
  noun: string,
  places: readonly Place[],
  known: KnownRows,
): string[] {
  const all = new Set(known.labels);
  const unknown = places.find(({ label }) => !all.has(label));
  if (known.unknown) {
    for (const { label, row } of places) {
      if (all.has(label)) continue;
      const rows = known.unknown.get(label) ?? [];
      if (rows.at(-1) !== row) rows.push(row);
      known.unknown.set(label, rows);
    }
  } else if (unknown) {
    const { labels } = known;
    const named = labels.slice(0, 8).join(", ") + (labels.length > 8 ? `, and ${labels.length - 8} more` : "");
    throw new DataError({
      file,
      row: unknown.row,
      column,
      what: `The ${noun} ${quote(unknown.label)} does not occur in ${known.file} (its ${noun}s: ${named}).`,
      fix: `Correct the ${noun}, remove the row, or add rows of this ${noun} to the training file.`,
    });
  }
  const present = new Set(places.map(({ label }) => label));
  const missing = known.labels.filter((label) => !present.has(label));
  if (missing.length === 0) return [];
  const named = missing.slice(0, 5).map((label) => quote(label));
  return [`${file}: no row has the ${noun} ${named.join(", ")}.`];
}

export function numberLabels(labels: readonly string[]): ReadonlyMap<string, number> {
  return new Map(labels.map((label, id) => [label, id]));
}

/** Those without a label that training lacks. */
export function onlyKnown(examples: Example[], known: KnownRows | null): Example[] {
  if (!known?.unknown) return examples;
  const unknown = new Set([...known.unknown.values()].flat());
  return examples.filter(({ row }) => !unknown.has(row));
}
