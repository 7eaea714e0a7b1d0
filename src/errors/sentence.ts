/** The end of a message that is put together of others. */

/** A line with a full stop, unless it ends with a mark of its own. */
export const sentence = (line: string): string => (/[.?!…]$/.test(line) ? line : `${line}.`);
