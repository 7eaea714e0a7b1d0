/**
 * What is asked of the runs once they are trained, beside their adapters: a file's predictions and
 * scores, their figures by a column, and what they have forgotten.
 */

import { basename, join, resolve } from "node:path";
import type { FormulaCells } from "../../src/data/write-csv";
import type { InstrumentResult } from "../../src/worker/api";
import { FORGETTING, PREDICTIONS, SCORES } from "./names";
import type { Extras } from "./options";
import type { Progress } from "./progress";
import type { Results } from "./results";
import type { StudioServer } from "./server";
import { sliceLines } from "./slice-lines";
import type { StudioPage } from "./studio-page";
import { verdictLines } from "./verdict-lines";

interface Place {
  readonly page: StudioPage;
  /** Of these pages: what is shared is below it. */
  readonly url: URL;
  readonly server: StudioServer;
  readonly results: Results;
  readonly progress: Progress;
  readonly formulas: FormulaCells;
}

/**
 * Writes what was asked for into the results' folder; what cannot be is noted, and the results are
 * not complete.
 */
export async function writeExtras(
  { predict, adapterColumn, slices, forgetting, keepFormulas }: Extras,
  runs: readonly string[],
  given: Omit<Place, "formulas">,
): Promise<void> {
  const place: Place = { ...given, formulas: keepFormulas ? "asTheyAre" : "text" };
  if (slices !== undefined) {
    await noted(place, `The runs could not be measured by "${slices}"`, async () => {
      place.results.slices = await place.page.call("slices", slices);
      for (const line of sliceLines(place.results.slices)) place.progress.note(line);
    });
  }
  if (predict !== undefined && adapterColumn !== undefined) {
    await noted(place, `${predict} could not be predicted`, () =>
      writePredictions(place, predict, { column: adapterColumn }, PREDICTIONS),
    );
  } else if (predict !== undefined) {
    for (const run of runs) {
      await noted(place, `${predict} could not be predicted by "${run}"`, () =>
        writePredictions(place, predict, { run }, join(place.results.adapterFolder(run), PREDICTIONS)),
      );
    }
  }
  if (predict !== undefined) {
    try {
      await writeScores(place, predict);
    } catch (error) {
      // Predictions were asked for, and those are there.
      place.progress.note(`${predict} could not be scored: ${(error as Error).message}`);
    }
  }
  if (!forgetting) return;
  const measured = new Map<string, InstrumentResult<"forgetting">>();
  for (const run of runs) {
    await noted(place, `What "${run}" has forgotten could not be measured`, async () => {
      const { tokens, frozen, tuned } = await place.page.call("forgetting", run);
      measured.set(run, { tokens, frozen, tuned });
      const losses = `${frozen.toFixed(4)} frozen, ${tuned.toFixed(4)} with it`;
      place.progress.note(`${run}: loss on the general text ${losses} (${tokens} tokens)`);
    });
  }
  await noted(place, "What the runs have forgotten could not be written", async () => {
    place.results.write(FORGETTING, `${JSON.stringify(Object.fromEntries(measured), null, 2)}\n`);
  });
}

async function writePredictions(
  { page, url, server, progress, results, formulas }: Place,
  path: string,
  choice: { run: string } | { column: string },
  name: string,
): Promise<void> {
  const file = { url: new URL(server.shared.share(resolve(path)), url).href, name: basename(path) };
  const { csv, runs, notices } = await page.call("predict", file, choice, formulas);
  results.write(name, `${csv}\n`);
  for (const notice of notices) progress.note(notice);
  progress.note(`${name}: ${runs.map(({ run, rows }) => `${run} ${rows} rows`).join(", ")}`);
}

/** Nothing where the file has no answers. */
async function writeScores({ page, url, server, progress, results }: Place, path: string): Promise<void> {
  const file = { url: new URL(server.shared.share(resolve(path)), url).href, name: basename(path) };
  const scores = await page.call("score", file);
  if (scores === null) {
    progress.note(`${file.name} has no column of answers that were trained on: it is not scored.`);
    return;
  }
  results.write(SCORES, `${JSON.stringify(scores, null, 2)}\n`);
  for (const notice of scores.notices) progress.note(notice);
  if (scores.verdict) for (const line of verdictLines(scores.verdict)) progress.note(line);
  progress.note(`${SCORES}: ${scores.runs.length} runs on ${scores.rows} rows`);
}

async function noted({ results, progress }: Place, what: string, doing: () => Promise<void>): Promise<void> {
  try {
    await doing();
  } catch (error) {
    const message = `${what}: ${(error as Error).message}`;
    progress.note(message);
    results.fail(message);
  }
}
