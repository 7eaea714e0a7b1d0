/**
 * The runs that answer: those of the ended comparison, and what was imported or summed beside them,
 * with their methods.
 */

import { isEnded } from "../../plan/phase";
import { useStudio } from "../store/store";

export function useAnsweringRuns(): { run: string; method: string }[] {
  const current = useStudio((state) => state.comparison.current);
  const imported = useStudio((state) => state.comparison.imported);
  const trained = (current && !current.detached ? current.runs : []).filter(
    ({ state }) => isEnded(state) && state !== "failed",
  );
  const methods = new Map([
    ...trained.map(({ name, configuration }) => [name, configuration.method] as const),
    ...imported.map(({ run, method }) => [run, method] as const),
  ]);
  return [...methods].map(([run, method]) => ({ run, method }));
}
