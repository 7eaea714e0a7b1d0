/**
 * `checkedBy` for what people wrote, where names that they chose may be keys: labels, columns,
 * runs, patterns. Not for files in which any word may be a key, such as a tokenizer's vocabulary.
 */

import type * as z from "zod";
import { checkedBy, type SchemaIssue } from "./checked-by";

/** The one key that zod leaves out of an object without a word. */
const LEFT_OUT = "__proto__";

/** As `checkedBy`; that key is an issue wherever it stands, at any depth. */
export function checkedSettings<T>(
  schema: z.ZodType<T>,
  value: unknown,
  noun = "",
): { value: T } | { issues: SchemaIssue[] } {
  const checked = checkedBy(schema, value, noun);
  const said = "issues" in checked ? checked.issues : [];
  const named = new Set(said.filter(({ keys }) => keys.includes(LEFT_OUT)).map(({ path }) => JSON.stringify(path)));
  const unnamed = placesOf(value).filter((path) => !named.has(JSON.stringify(path)));
  if (unnamed.length === 0) return checked;
  const issues = unnamed.map((path): SchemaIssue => {
    const message = `must not have the key "${LEFT_OUT}", which JavaScript keeps for itself; give that another name`;
    return { path, message, code: "unrecognized_keys", keys: [LEFT_OUT] };
  });
  return { issues: [...issues, ...said] };
}

interface Place {
  readonly value: unknown;
  readonly key: PropertyKey;
  /** Null: it is the whole. */
  readonly within: Place | null;
}

/** The paths of objects that have it; in linear time, however deep they lie. */
function placesOf(whole: unknown): PropertyKey[][] {
  const found: Place[] = [];
  const seen = new Set<unknown>();
  const open: Place[] = [{ value: whole, key: "", within: null }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value } = place;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (Object.hasOwn(value, LEFT_OUT)) found.push(place);
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner === "object") {
        open.push({ value: inner, key: Array.isArray(value) ? Number(key) : key, within: place });
      }
    }
  }
  return found.map(pathOf);
}

function pathOf(place: Place): PropertyKey[] {
  const path: PropertyKey[] = [];
  for (let at = place; at.within !== null; at = at.within) path.push(at.key);
  return path.reverse();
}
