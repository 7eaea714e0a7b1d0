/**
 * A sweep: a run that is trained once for every combination of some values of its options and of
 * its learning rate. It is written as one run with `sweep`; what is trained are runs of their own,
 * its points. Both ways are here, and nowhere else. What a file may say: `sweep-schema.ts`; seeds,
 * folds and factors on the rate: `variants.ts`.
 */

import { beginning } from "../errors/shortened";
import { LONGEST_NAME } from "./run-name";

/** What a sweep may vary beside options. */
export const RATE = "learningRate";

/** Values as names have them, which are names of folders, too; others go by their number. */
const PLAIN_VALUE = /^[\w.+ -]{1,16}$/;

/** Values by option, or by `learningRate`. */
export type Sweep = Readonly<Record<string, readonly unknown[]>>;

/** Of which sweep a run is a point, and what that varies; the values are the run's own. */
export interface SweptAs {
  readonly run: string;
  readonly over: readonly string[];
}

/** A run as far as sweeps know it. */
interface PlainRun {
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly learningRate?: number | "search" | null | undefined;
  readonly foundRate?: unknown;
  readonly sweptAs?: SweptAs | undefined;
}

export type WithSweep<Run> = Run & { readonly sweep?: Sweep | undefined };

/** A run that is trained: a point of a sweep, or one that has none. */
export type Point<Run> = Omit<Run, "sweep"> & { readonly sweptAs?: SweptAs };

/** How many runs a run is; one where it has no sweep. */
export function pointCount({ sweep = {} }: { readonly sweep?: Sweep | undefined }): number {
  return Object.values(sweep).reduce((product, values) => product * values.length, 1);
}

/** What a run has for something that its sweep varies. */
export function sweptValue(
  { options, learningRate }: Pick<PlainRun, "options" | "learningRate">,
  key: string,
): unknown {
  if (key === RATE) return learningRate;
  return Object.hasOwn(options, key) ? options[key] : undefined;
}

/** `rank 8`, `rate 0.001`. */
export function pointPart(key: string, value: unknown, place: number): string {
  const words = key === RATE ? "rate" : key.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  const said = Array.isArray(value) ? value.join("+") : String(value);
  return `${words} ${PLAIN_VALUE.test(said) ? said : `no. ${place + 1}`}`;
}

/**
 * The runs that are trained: a run with a sweep becomes its points, the last thing that is varied
 * changing fastest. Runs without one stay as they are.
 */
export function expandSweeps<Run extends PlainRun>(runs: readonly WithSweep<Run>[]): Point<Run>[] {
  return runs.flatMap(({ sweep, ...run }) => {
    if (!sweep) return [run as Point<Run>];
    const over = Object.keys(sweep);
    const places = over.reduce<number[][]>(
      (before, key) => before.flatMap((point) => sweep[key]!.map((_, place) => [...point, place])),
      [[]],
    );
    return places.map((point, index) => {
      const values = over.map((key, place) => [key, sweep[key]![point[place]!]] as const);
      const parts = values.map(([key, value], place) => pointPart(key, value, point[place]!)).join(", ");
      const options = { ...run.options, ...Object.fromEntries(values.filter(([key]) => key !== RATE)) };
      const { foundRate, learningRate, ...others } = run;
      const rate = values.find(([key]) => key === RATE);
      return {
        ...others,
        ...(rate ? { learningRate: rate[1] } : { ...(learningRate !== undefined && { learningRate }) }),
        ...(!rate && foundRate !== undefined && { foundRate }),
        name: pointName(run.name, parts, index),
        options,
        sweptAs: { run: run.name, over },
      } as unknown as Point<Run>;
    });
  });
}

/** The name of a point; one with many or long values goes by its number. */
function pointName(run: string, parts: string, index: number): string {
  const suffix = ` (${parts.length <= LONGEST_NAME - 12 ? parts : `point ${index + 1}`})`;
  return `${beginning(run, LONGEST_NAME - suffix.length).trimEnd()}${suffix}`;
}

/**
 * The opposite: neighbouring runs that are all points of one sweep become the run with the sweep.
 * Points of which some are missing, or that differ in more, stay runs of their own, as which they
 * are trained alike.
 */
export function foldSweeps<Run extends PlainRun>(runs: readonly Run[]): WithSweep<Run>[] {
  const folded: WithSweep<Run>[] = [];
  let at = 0;
  while (at < runs.length) {
    const mark = JSON.stringify(runs[at]!.sweptAs);
    let end = at + 1;
    while (mark !== undefined && end < runs.length && JSON.stringify(runs[end]!.sweptAs) === mark) end++;
    const points = runs.slice(at, end);
    const whole = mark === undefined ? null : wholeSweep(points);
    if (whole) folded.push(whole);
    // On their own they are no points any more.
    else for (const { sweptAs: _, ...run } of points) folded.push(run as unknown as Run);
    at = end;
  }
  return folded;
}

function wholeSweep<Run extends PlainRun>(points: readonly Run[]): WithSweep<Run> | null {
  const { sweptAs, ...first } = points[0]!;
  const { run: name, over } = sweptAs!;
  const sweep = Object.fromEntries(
    over.map((key) => {
      const values = points.map((point) => JSON.stringify(sweptValue(point, key) ?? null));
      return [key, [...new Set(values)].map((one) => JSON.parse(one))];
    }),
  );
  // Before they are written out: points of somebody else's file may vary in everything.
  if (pointCount({ sweep }) !== points.length) return null;
  const run = { ...first, name, sweep } as unknown as WithSweep<Run>;
  const again = expandSweeps<Run>([run]);
  return again.every((one, index) => equal(one, points[index])) ? run : null;
}

/** The same keys with the same values, in any order. */
function equal(one: unknown, other: unknown): boolean {
  return sorted(one) === sorted(other);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
