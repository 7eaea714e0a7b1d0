/** Which block a tensor or module of a checkpoint belongs to, by its path. */

/**
 * The block's number, counted from 0: the first number of a path. Null for tables and for norms
 * outside of the blocks.
 */
export function blockOf(path: string): number | null {
  const match = /(?:^|\.)(\d+)\./.exec(`${path}.`);
  return match ? Number(match[1]) : null;
}
