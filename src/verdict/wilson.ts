/** The interval of a share of rows. In a file of its own, since the page draws it, too. */

/** The 97.5 % quantile of the normal distribution. */
export const Z = 1.959963984540054;

/**
 * Wilson's score interval (1927) of a share among so many rows; `z`: default: of 95 %. `rows` need
 * not be whole: it may be an effective number.
 */
export function wilson(share: number, rows: number, z = Z): { low: number; high: number } {
  const square = z ** 2 / rows;
  const centre = (share + square / 2) / (1 + square);
  const half = (z / (1 + square)) * Math.sqrt((share * (1 - share)) / rows + square / (4 * rows));
  // Rounding would leave a hair of room below 0 and above 1.
  return { low: share === 0 ? 0 : Math.max(0, centre - half), high: share === 1 ? 1 : Math.min(1, centre + half) };
}
