/** What `npm run simulate` draws, and its table. */

import type { Counted, Setting } from "./simulation";

const ROWS = 300;

/**
 * By how many points every run differs between three seeds; `1, 5`: every other run by 1 and by 5.
 * Accuracy, the quickest to draw, is tried with more of them.
 */
const CHANCE: Readonly<Record<Setting["metric"], readonly (readonly number[])[]>> = {
  accuracy: [[0], [2], [5], [1, 5]],
  "macro F1": [[2]],
  Spearman: [[2]],
};

export const settings: readonly Setting[] = (["accuracy", "macro F1", "Spearman"] as const).flatMap((metric) =>
  [{ seeds: 1, seedPoints: [0] }, ...CHANCE[metric].map((seedPoints) => ({ seeds: 3, seedPoints }))].flatMap((seeds) =>
    (["independent", "correlated"] as const).flatMap((errors) =>
      [2, 4, 12].map((runs) => ({ metric, ...seeds, errors, runs, rows: ROWS })),
    ),
  ),
);

export const tableHead = [
  "| metric | seeds | points between seeds | errors | runs | false calls | called |",
  "|---|---:|---:|---|---:|---:|---:|",
];

/** The cells that say what was drawn: `| accuracy | 1 |  | independent | 2 |`. */
export function settingCells({ metric, seeds, seedPoints, errors, runs }: Setting): string {
  const points = seeds === 1 ? "" : seedPoints.join(" and ");
  return `| ${metric} | ${seeds} | ${points} | ${errors} | ${runs} |`;
}

export function tableRow({ setting, falseCalls, called }: Counted): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${settingCells(setting)} ${percent(falseCalls)} | ${percent(called)} |`;
}
