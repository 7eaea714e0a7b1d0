/**
 * Searches the rates that a configuration leaves to be searched, one run after the other on what is
 * open.
 */

import { estimate } from "../estimate/estimate";
import type { Configuration, RunConfiguration } from "../plan/configuration";
import { type RateSearch, searchedRuns } from "../plan/rate-search";
import { withProgress } from "../plan/waiting";
import { searchRate } from "../search/search-rate";
import type { StudioEvent } from "./api";
import type { StudioSession } from "./studio-session";

/** Bytes that the adapters, gradients and moments of rates tried beside one another may take. */
const BESIDE = 256 * 2 ** 20;

/**
 * Tells of each as soon as it is there. Rejects with an Error naming the run that cannot be
 * searched, or with the signal's reason; `found` is told of those before it.
 */
export async function searchRates(
  session: StudioSession,
  configuration: Configuration,
  { emit, signal, found }: { emit: (event: StudioEvent) => void; signal: AbortSignal; found: RateSearch[] },
): Promise<void> {
  const { executor, model, comparisonData: data } = session;
  const { training } = configuration;
  for (const run of searchedRuns(configuration)) {
    const together = Math.max(1, Math.floor(BESIDE / Math.max(1, ownBytes(session, run, training))));
    const search = await withProgress(emit, (report) =>
      searchRate({ executor, model, data, training, run, together, report, signal }),
    );
    found.push(search);
    emit({ type: "rate-search", search });
  }
}

/**
 * What one variant of a run takes for itself. Throws an Error with what is wrong with its options.
 */
function ownBytes(session: StudioSession, run: RunConfiguration, training: Configuration["training"]): number {
  const { model, limits, comparisonData } = session;
  const lengths = (rows: typeof comparisonData.train) => rows.map(({ ids }) => ids.length);
  const { runs } = estimate({
    ...session.asked(model),
    ...limits,
    model,
    training,
    runs: [run],
    trainLengths: lengths(comparisonData.train),
    validationLengths: lengths(comparisonData.validation),
  });
  const { bytes, problem } = runs[0]!;
  if (problem !== null) throw new Error(`Run "${run.name}": ${problem}`);
  return bytes.adapter + bytes.gradients + bytes.optimizer;
}
