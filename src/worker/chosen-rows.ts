/**
 * Training rows that are chosen before a comparison: the choice for every fold or repeat, and the
 * divisions that come of it. How rows are scored is `src/selection`.
 */

import type { BaseModel } from "../base/base-model";
import { countOf, formatCount } from "../data/errors";
import { type Example, shownText } from "../data/examples";
import { fingerprint } from "../data/fingerprint";
import type { ChosenRows, RowSelection } from "../data/types";
import { approachOf } from "../methods/registry";
import type { Configuration } from "../plan/configuration";
import { selectionInWords } from "../plan/selection-in-words";
import { divisionsOf } from "../plan/variants";
import { type Amounts, withProgress } from "../plan/waiting";
import type { ComparisonData, DividedRows } from "../runs/rows";
import { rowDynamics } from "../selection/row-dynamics";
import { randomRows, type Selected, type SelectionSetup, selectRows } from "../selection/select-rows";
import type { TrainingDynamics } from "../selection/training-dynamics";
import type { RowChoice, StudioEvent } from "./api";
import type { StudioSession } from "./studio-session";

interface Choosing extends Pick<SelectionSetup, "signal" | "withReader"> {
  readonly session: StudioSession;
  readonly emit: (event: StudioEvent) => void;
}

/** What trainings have said of rows, by all that it depends on; while the model is open. */
const known = new WeakMap<BaseModel, Map<string, TrainingDynamics>>();

/**
 * The configuration with the rows that its selection chooses, or as it is where there is none, or
 * they are chosen already. Rejects with an Error as `selectRows`.
 */
export async function withChosenRows(configuration: Configuration, choosing: Choosing): Promise<Configuration> {
  const { selection } = configuration.data;
  if (!selection || selection.chosen) return configuration;
  const chosen: ChosenRows[] = [];
  for (const [split, { train }] of choosing.session.divisions.entries()) {
    const { kept } = await choose(configuration, selection, split, choosing);
    chosen.push(await chosenOf(kept.map((place) => train[place]!)));
  }
  choosing.emit({ type: "selection", chosen });
  return { ...configuration, data: { ...configuration.data, selection: { ...selection, chosen } } };
}

/** What the first division's choice is, to be looked at. Rejects as `withChosenRows`. */
export async function lookAtChoice(configuration: Configuration, choosing: Choosing): Promise<RowChoice> {
  const { selection } = configuration.data;
  if (!selection) throw new Error("No rows are chosen: all are learned from.");
  const { kept, scores, dynamics } = await choose(configuration, selection, 0, choosing);
  const { data } = choosing.session.data;
  const { train } = choosing.session.divisions[0]!;
  const textOf = new Map(data.dataset.divisions[0]!.train.map((example) => [example.row, shownText(example)]));
  const isKept = new Set(kept);
  const other = selection.by === "similarity" && { ...selection, how: OTHER_WAY[selection.how] };
  const also = other ? (await choose(configuration, other, 0, choosing)).kept : null;
  return {
    hash: (await chosenOf(kept.map((place) => train[place]!))).hash,
    rows: train.map(({ row }, place) => ({ row, text: textOf.get(row) ?? "", kept: isKept.has(place) })),
    scores: scores && Float64Array.from(scores),
    dynamics,
    overlap: also && also.filter((place) => isKept.has(place)).length / kept.length,
  };
}

const OTHER_WAY = { nearest: "transport", transport: "nearest" } as const;

async function chosenOf(rows: ComparisonData["train"]): Promise<ChosenRows> {
  return { rows: rows.map(({ row }) => row), hash: await fingerprint(rows) };
}

function choose(
  { training, runs }: Configuration,
  selection: RowSelection,
  split: number,
  { session, emit, signal, withReader }: Choosing,
): Promise<Selected> {
  const { executor, model, comparisonData, divisions, data: store } = session;
  const { dataset } = store.data;
  const division = divisions[split]!;
  checkOnce(division.train);
  const data = { ...comparisonData, ...division };
  const textOf = new Map(dataset.divisions[split]!.train.map((example) => [example.row, shownText(example)]));
  return withProgress(emit, (report) => {
    const detail = selectionInWords({ ...selection, chosen: undefined });
    const tell = (unit: Amounts["unit"]) => (done: number, total: number) =>
      report({ wait: "choosing rows", detail, done, total, unit });
    return selectRows({
      ...{ executor, model, data, selection, signal, withReader },
      texts: data.train.map(({ row }) => textOf.get(row) ?? ""),
      batchSize: training.batchSize,
      seed: training.seed + split,
      hasTest: (division.test ?? []).length > 0,
      report: tell("rows"),
      dynamics: async (epochs) => {
        const run = runs.find(({ method }) => {
          const approach = approachOf(method);
          return approach.trains && !approach.headOnly;
        });
        if (!run) {
          throw new Error(
            "Learn from: how hard rows are is seen by training the first run that tunes the model, and there is none. Add " +
              "one.",
          );
        }
        const kept = known.get(model) ?? new Map<string, TrainingDynamics>();
        known.set(model, kept);
        const key = JSON.stringify([await fingerprint(data.train), run, training, epochs]);
        const dynamics =
          kept.get(key) ??
          (await rowDynamics({
            ...{ executor, model, data, training, run, epochs, signal },
            report: (what, done, total) => tell(what)(done, total),
          }));
        kept.set(key, dynamics);
        return dynamics;
      },
    });
  });
}

/**
 * Chosen rows are known by their numbers in the file.
 * @throws {Error} Where a transform has made a second row of one.
 */
function checkOnce(train: readonly { readonly row: number }[]): void {
  const seen = new Set<number>();
  for (const { row } of train) {
    if (seen.has(row)) {
      throw new Error(
        `Learn from: a change of the training rows makes others of row ${formatCount(row)}, and rows are chosen by their ` +
          "numbers in the file. Take that change away (balance to the smallest label, if labels are to be even), or learn " +
          "from all rows.",
      );
    }
    seen.add(row);
  }
}

/**
 * The divisions of a comparison in the order of `divisionsOf`, and the training rows of each as
 * they stand in the file. Rejects with an Error where the chosen rows are not those that are open.
 */
export async function chosenDivisions(
  session: StudioSession,
  { data: { selection, train: file }, training }: Configuration,
): Promise<{ divisions: readonly DividedRows[]; trainExamples: readonly (readonly Example[])[] }> {
  const { divisions, comparisonData } = session;
  const examples = session.data.data.dataset.divisions.map(({ train }) => train);
  if (!selection) return { divisions, trainExamples: examples };
  for (const { train } of divisions) checkOnce(train);
  const { chosen = [] } = selection;
  if (chosen.length !== divisions.length) {
    throw new Error(
      `Learn from: rows are chosen for ${countOf(chosen.length, "division")} of ${file}, and there are ` +
        `${formatCount(divisions.length)}. Choose them anew.`,
    );
  }
  const trains = await Promise.all(
    divisions.map(async ({ train }, split) => {
      const rows = new Set(chosen[split]!.rows);
      const kept = train.filter(({ row }) => rows.has(row));
      if (kept.length === rows.size && (await fingerprint(kept)) === chosen[split]!.hash) return kept;
      throw new Error(
        `Learn from: the chosen rows of ${file} are others now than when they were chosen (${countOf(rows.size, "row")}, ` +
          `of which ${formatCount(kept.length)} are training rows now). Choose them anew.`,
      );
    }),
  );
  const places = divisionsOf(selection, { splits: divisions.length, seeds: training.seeds });
  const all = places.map(({ rows: control, seed, split }) => {
    const division = divisions[split]!;
    if (control === "all") return division;
    if (control === null) return { ...division, train: trains[split]! };
    const data = { ...comparisonData, ...division };
    // As many seeds as there are splits lie between two draws, so that none is drawn twice.
    const drawn = randomRows(data, selection, training.seed + seed * divisions.length + split);
    return { ...division, train: drawn.map((place) => division.train[place]!) };
  });
  const trainExamples = all.map(({ train }, place) => {
    const rows = new Set(train.map(({ row }) => row));
    return examples[places[place]!.split]!.filter(({ row }) => rows.has(row));
  });
  return { divisions: all, trainExamples };
}
