/**
 * The comparison as it was a moment ago: for what is costly to draw. While curves grow, those who
 * ask are served one at a time, so that no redraw is long and none comes more than a few times a
 * second.
 */

import { useEffect, useState } from "react";
import type { ComparisonSlice } from "./state";
import { useStudio } from "./store";

/** Milliseconds between two redraws of anything; each part of the page waits for its turn. */
const turn = 70;

const waiting = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | undefined;

function serveNext(): void {
  timer = undefined;
  const [next] = waiting;
  if (!next) return;
  waiting.delete(next);
  if (waiting.size > 0) timer = setTimeout(serveNext, turn);
  next();
}

/** The comparison slice, at most a few hundred milliseconds old. */
export function useSlowComparison(): ComparisonSlice {
  const [slice, setSlice] = useState(() => useStudio.getState().comparison);
  useEffect(() => {
    const draw = () => setSlice(useStudio.getState().comparison);
    const end = useStudio.subscribe((state, before) => {
      if (state.comparison === before.comparison) return;
      waiting.add(draw);
      if (timer === undefined) timer = setTimeout(serveNext, turn);
    });
    return () => {
      waiting.delete(draw);
      end();
    };
  }, []);
  return slice;
}
