/**
 * How many single characters a regular expression stands for once what it repeats is written out:
 * `(ab){3}` six. Known before RE2 compiles it, which takes minutes for millions. Not for what is
 * right in an expression: RE2 says that.
 */

/** Quoted texts, classes, escapes, groups' beginnings, counts, and all else one by one. */
const PARTS =
  /\((?:\?(?:P?<\w+>|[imsU-]*:))?|\\Q[\s\S]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\[\s\S]|\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*\]|\{(\d+)(,?)(\d*)\}|[\s\S]/g;

/** RE2 refuses larger ones by themselves, at once. */
const LARGEST_COUNT = 1000;

export function expandedSize(source: string): number {
  /** Of each open group: what is before its last part, and the last part, which a count is of. */
  const open = [{ before: 0, last: 0 }];
  for (const [part, least, comma, most] of source.matchAll(PARTS)) {
    const group = open.at(-1)!;
    const begin = (size: number) => {
      group.before += group.last;
      group.last = size;
    };
    // `?`, `*` and `+` stand for nothing by themselves.
    if ("?*+".includes(part)) continue;
    if (part.startsWith("(")) open.push({ before: 0, last: 0 });
    else if (part === ")" && open.length > 1) {
      const { before, last } = open.pop()!;
      const around = open.at(-1)!;
      around.before += around.last;
      around.last = before + last;
    } else if (least !== undefined) {
      const times = Number(comma && most ? most : least);
      group.last *= times > LARGEST_COUNT ? 1 : Math.max(1, times);
    } else begin(part.startsWith("\\Q") ? part.length : 1);
  }
  return open.reduce((total, { before, last }) => total + before + last, 0);
}
