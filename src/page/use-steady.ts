/** Keeps what has not changed the same object, so that nothing is redrawn for nothing. */

import { useMemo } from "react";

/**
 * The object given first, as long as the content stays the same. For small values that JSON can
 * hold.
 */
export function useSteady<Value>(value: Value): Value {
  const content = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the content stands for the value
  return useMemo(() => value, [content]);
}
