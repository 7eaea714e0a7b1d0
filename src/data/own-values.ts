/**
 * Values of objects that come out of cells, by names that are the objects' own: `constructor` and
 * `toString` are names of nothing.
 */

/** The value of a name that is an object's own; undefined for other values, and where it is null. */
export function ownValue(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name] ?? undefined;
}

/** The value of the first of the names that is an object's own. */
export function firstOwn(value: unknown, names: readonly string[]): unknown {
  for (const name of names) {
    const own = ownValue(value, name);
    if (own !== undefined) return own;
  }
  return undefined;
}
