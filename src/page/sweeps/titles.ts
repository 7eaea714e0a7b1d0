/** How what a sweep varies is called on the page. */

import { RATE } from "../../plan/sweep";
import type { MethodDescription } from "../../worker/api";
import { formatSetting } from "../numbers";
import { optionFields } from "../store/option-fields";
import type { RunRecord } from "../store/state";
import { FACTOR, type SweepPoint, type SweepResult } from "./sweep-results";

/** Of every axis its title, and its values as they are shown. */
export type Titles = readonly { readonly title: string; readonly values: readonly string[] }[];

/** Characters of a value that are shown. */
const LONGEST = 14;

export function axisTitles(
  { axes, run }: Pick<SweepResult, "axes" | "run">,
  runs: readonly RunRecord[],
  methods: readonly MethodDescription[],
): Titles {
  const id = runs.find(({ configuration }) => configuration.sweptAs?.run === run)?.configuration.method;
  const fields = optionFields(methods.find((method) => method.id === id)?.optionsSchema ?? {});
  return axes.map(({ key, values }) => ({
    title:
      key === RATE
        ? "Learning rate"
        : key === FACTOR
          ? "Learning rate ×"
          : (fields.find((field) => field.key === key)?.title ?? key),
    values: shortNames(values.map(formatSetting)),
  }));
}

/** Texts may begin alike: those that do go by their number, as in the names of runs. */
function shortNames(said: readonly string[]): string[] {
  const short = said.map((one) => (one.length > LONGEST ? `${one.slice(0, LONGEST - 1)}…` : one));
  return short.map((one, place) => (short.indexOf(one) === short.lastIndexOf(one) ? one : `no. ${place + 1}`));
}

/** `rank 8, learning rate 0.01`. */
export function pointInWords({ places }: Pick<SweepPoint, "places">, titles: Titles): string {
  return places.map((place, axis) => `${titles[axis]!.title.toLowerCase()} ${titles[axis]!.values[place]}`).join(", ");
}
