/**
 * Texts that nearly repeat an earlier one: those whose sets of characters five in a row overlap by
 * Jaccard's measure. Every pair is found, by the prefix filter of Chaudhuri and others (2006): two
 * sets that overlap so far share one of their rarest members. MinHash, which only guesses at the
 * measure, would miss some pairs and read every text a hundred times.
 */

import { hashName } from "../random";

/** Characters in a row; a shorter text is one such piece itself. */
const PIECE = 5;
/** Hashed, so that rarity takes no more memory for more texts. */
const COUNTERS = 2 ** 20;

/**
 * For each text whether it nearly repeats an earlier one that does not itself.
 * @param similarity above 0, at most 1: |A ∩ B| / |A ∪ B| of two texts' pieces that is enough
 */
export function nearDuplicates(texts: readonly string[], similarity: number): boolean[] {
  const sets = texts.map(piecesOf);
  const counts = new Uint32Array(COUNTERS);
  for (const set of sets) for (const piece of set) counts[piece % COUNTERS]!++;
  const rarity = (a: number, b: number) => counts[a % COUNTERS]! - counts[b % COUNTERS]! || a - b;
  /** Of texts that stay, by each of their rarest pieces. */
  const byPiece = new Map<number, number[]>();
  return sets.map((set, text) => {
    const least = Math.ceil(similarity * set.size - 1e-9);
    const rarest = [...set].sort(rarity).slice(0, set.size - least + 1);
    const seen = new Set<number>();
    for (const piece of rarest) {
      for (const other of byPiece.get(piece) ?? []) {
        if (seen.has(other)) continue;
        seen.add(other);
        if (jaccard(set, sets[other]!) >= similarity - 1e-9) return true;
      }
    }
    for (const piece of rarest) {
      const having = byPiece.get(piece);
      if (having) having.push(text);
      else byPiece.set(piece, [text]);
    }
    return false;
  });
}

/** The different pieces of a text, each as 32 bits. */
function piecesOf(text: string): Set<number> {
  const characters = [...text];
  const pieces = new Set<number>();
  for (let start = 0; start === 0 || start + PIECE <= characters.length; start++) {
    pieces.add(hashName(characters.slice(start, start + PIECE).join("")) >>> 0);
  }
  return pieces;
}

function jaccard(one: ReadonlySet<number>, other: ReadonlySet<number>): number {
  const [few, many] = one.size < other.size ? [one, other] : [other, one];
  let shared = 0;
  for (const piece of few) if (many.has(piece)) shared++;
  return shared / (one.size + other.size - shared);
}
