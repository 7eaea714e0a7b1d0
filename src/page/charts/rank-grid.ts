/** Modules' ranks as a grid: blocks down, linears across. */

import type { ModuleRank } from "../../worker/api";

export interface RankGrid {
  /** Last parts of the modules' paths; longer ones where two of a block would be called alike. */
  readonly targets: readonly string[];
  /** From the first block to the last; null where a block has no such target. */
  readonly rows: readonly { readonly name: string; readonly ranks: readonly (number | null)[] }[];
}

export function rankGrid(modules: readonly ModuleRank[]): RankGrid {
  const placed = modules.map(({ module, rank }) => {
    const match = /\.(\d+)\.(.*)$/.exec(module);
    return { block: match ? Number(match[1]) : null, path: match?.[2] ?? module, rank };
  });
  const paths = [...new Set(placed.map(({ path }) => path))];
  const last = (path: string) => path.split(".").at(-1)!;
  const short = (path: string) => (paths.filter((other) => last(other) === last(path)).length > 1 ? path : last(path));
  const blocks = [...new Set(placed.map(({ block }) => block))].sort((a, b) => (a ?? -1) - (b ?? -1));
  return {
    targets: paths.map(short),
    rows: blocks.map((block) => ({
      name: block === null ? "outside" : `block ${block}`,
      ranks: paths.map((path) => placed.find((one) => one.block === block && one.path === path)?.rank ?? null),
    })),
  };
}
