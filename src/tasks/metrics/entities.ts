/**
 * Entities in tag sequences, and how many were found: what seqeval computes by default (conlleval's
 * rules).
 */

export interface EntityScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** True entities. */
  readonly support: number;
}

export interface Entity {
  readonly type: string;
  /** First and last word. */
  readonly start: number;
  readonly end: number;
}

/**
 * Over all sequences together, and per type in alphabetical order; 0 where a quotient has no
 * denominator.
 */
export function entityScores(
  truth: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): { overall: EntityScore; perType: (EntityScore & { type: string })[] } {
  const found = new Map<string, { right: number; claimed: number; support: number }>();
  const of = (type: string) => {
    const known = found.get(type) ?? { right: 0, claimed: 0, support: 0 };
    found.set(type, known);
    return known;
  };
  truth.forEach((tags, row) => {
    const { real, claimed, right } = matchEntities(tags, predicted[row]!);
    for (const { type } of real) of(type).support++;
    for (const { type } of claimed) of(type).claimed++;
    for (const { type } of right) of(type).right++;
  });
  const total = { right: 0, claimed: 0, support: 0 };
  for (const { right, claimed, support } of found.values()) {
    total.right += right;
    total.claimed += claimed;
    total.support += support;
  }
  const types = [...found.keys()].sort();
  return { overall: score(total), perType: types.map((type) => ({ type, ...score(of(type)) })) };
}

/** The true entities of a sequence, those that were claimed, and those of them that are true. */
export function matchEntities(truth: readonly string[], predicted: readonly string[]) {
  const key = ({ type, start, end }: Entity) => `${start} ${end} ${type}`;
  const real = entities(truth);
  const claimed = entities(predicted);
  const known = new Set(real.map(key));
  return { real, claimed, right: claimed.filter((entity) => known.has(key(entity))) };
}

/**
 * The entities of one sequence. Prefixes B, I, E, S and O are read leniently: an I of another type,
 * or after O, begins an entity too.
 */
export function entities(tags: readonly string[]): Entity[] {
  const result: Entity[] = [];
  let [before, typeBefore, start] = ["O", "", 0];
  [...tags, "O"].forEach((tag, place) => {
    const prefix = tag.slice(0, 1);
    const type = typeOf(tag);
    if (ends(before, prefix, typeBefore, type)) result.push({ type: typeBefore, start, end: place - 1 });
    if (begins(before, prefix, typeBefore, type)) start = place;
    [before, typeBefore] = [prefix, type];
  });
  return result;
}

/** After the first hyphen; `_` where there is none, as seqeval's. */
function typeOf(tag: string): string {
  const rest = tag.slice(1);
  const hyphen = rest.indexOf("-");
  return rest.slice(hyphen + 1) || "_";
}

function ends(before: string, prefix: string, typeBefore: string, type: string): boolean {
  if (before === "E" || before === "S") return true;
  if ((before === "B" || before === "I") && ["B", "S", "O"].includes(prefix)) return true;
  return before !== "O" && before !== "." && typeBefore !== type;
}

function begins(before: string, prefix: string, typeBefore: string, type: string): boolean {
  if (prefix === "B" || prefix === "S") return true;
  if (["E", "S", "O"].includes(before) && (prefix === "E" || prefix === "I")) return true;
  return prefix !== "O" && prefix !== "." && typeBefore !== type;
}

function score({ right, claimed, support }: { right: number; claimed: number; support: number }): EntityScore {
  const precision = claimed ? right / claimed : 0;
  const recall = support ? right / support : 0;
  const f1 = precision + recall ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f1, support };
}
