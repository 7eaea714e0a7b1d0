/** Many tests at once: the chance that any of them is wrong stays below the level. */

/**
 * p values adjusted by Holm's (1979) step-down method, in the order they came: a test whose
 * adjusted value is below a level is called at that level for all tests together.
 */
export function holm(values: readonly number[]): number[] {
  const order = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let largest = 0;
  order.forEach((place, rank) => {
    largest = Math.max(largest, Math.min(1, (values.length - rank) * values[place]!));
    adjusted[place] = largest;
  });
  return adjusted;
}
