/**
 * Lines "pattern = number" as a record and back. The pattern may hold equal signs; the last one
 * counts.
 */

export type Pairs = Readonly<Record<string, number>>;

/** The pairs of the lines that can be read, and what is wrong with the first that cannot. */
export function readPairs(text: string): { pairs: Pairs; problem: string | null } {
  const pairs = new Map<string, number>();
  let problem: string | null = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const sign = line.lastIndexOf("=");
    const pattern = line.slice(0, sign).trim();
    const number = line.slice(sign + 1).trim();
    const value = Number(number);
    if (sign < 0 || pattern === "" || number === "" || !Number.isFinite(value)) {
      problem ??= `Line ${index + 1} is not "pattern = number".`;
    } else if (pairs.has(pattern)) {
      problem ??= `Line ${index + 1} repeats the pattern "${pattern}".`;
    } else pairs.set(pattern, value);
  }
  return { pairs: Object.fromEntries(pairs), problem };
}

export function formatPairs(pairs: Pairs): string {
  return Object.entries(pairs)
    .map(([pattern, value]) => `${pattern} = ${value}`)
    .join("\n");
}
