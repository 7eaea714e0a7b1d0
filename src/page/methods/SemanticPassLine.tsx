/**
 * How often the frozen model has read a text alone, and how deep: once per text, for all runs that
 * use it.
 */

import type { SemanticPass } from "../../worker/api";
import { useAnswer } from "../asking";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";

interface SemanticPassLineProps {
  text: string;
  /** Changes when the model may have read something outside of a comparison. */
  occasion: number;
}

export function SemanticPassLine({ text, occasion }: SemanticPassLineProps) {
  const passes = usePasses(occasion).filter((pass) => pass.text.trim() === text.trim());
  const last = passes.at(-1);
  if (!last)
    return <p className="field-help">The frozen model has not read this text yet. It will once, then keep it.</p>;
  const times = passes.length === 1 ? "once" : `${passes.length} times, each deeper than before`;
  return (
    <p className="field-help">
      Read by the frozen model {times}: {formatPlural(last.tokens, "token")} through {last.blocks} of{" "}
      {formatPlural(last.layers, "block")} in {formatMilliseconds(last.milliseconds)}. Kept for every run with this
      text; no gradient goes there.
    </p>
  );
}

function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
}

/** Asked for anew whenever a comparison changes its state, and on every other occasion. */
function usePasses(occasion: number): readonly SemanticPass[] {
  const source = useStudio((state) => state.model.summary?.source);
  const state = useStudio((state) => state.comparison.current?.state);
  // Passes are made by comparisons and lost with the model.
  const about = [source, state, occasion];
  const { answer } = useAnswer<SemanticPass[]>(source ? (studio) => studio.semanticPasses() : null, about);
  return answer ?? [];
}
