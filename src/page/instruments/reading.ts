/** Tokens and numbers of instruments, as people read them. */

/** A token with its spaces and line ends to be seen; an empty one as a dot. */
export function readable(token: string): string {
  return token.replaceAll("\n", "↵").trim() || "␣";
}

/** A number with its sign, three digits, and a real minus. */
export function signed(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  const digits = size >= 1e-3 && size < 1e4 ? size.toPrecision(3) : size.toExponential(1);
  return `${value < 0 ? "−" : "+"}${digits}`;
}
