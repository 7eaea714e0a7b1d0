/**
 * Methods, options, training, the base model, and the task with its columns' names in the address,
 * so that they can be shared. Of files of one's own no name; of rows that are changed their
 * numbers, fingerprints and new answers; never a text.
 */

import type { TrainingConfiguration, WrittenRun } from "../../plan/configuration";
import type { Sweep } from "../../plan/sweep";
import { formats, migrate, NewerVersionError, withVersion } from "../../versions/versions";
import type { MethodDescription } from "../../worker/api";
import { formatPlural } from "../numbers";
import { ownRate, ownSettings } from "./configuration";
import type { LinkedGround } from "./linked-ground";
import type { DraftRun, StudioState } from "./state";
import { NO_TEXT, taskFields } from "./suggested-text";

/** Longer lists of changed rows would be no address any more. */
export const MOST_LINKED_CHANGES = 100;
/** Characters of such a list as JSON: cells that were edited may be long. */
const LONGEST_LINKED_CHANGES = 20_000;

export interface LinkedConfiguration extends LinkedGround {
  training: Partial<TrainingConfiguration>;
  runs: WrittenRun[];
}

/**
 * `#c=…`: options equal to a method's defaults are left out. Of texts that say the task those are
 * left out that stand at the one suggested for the open data: they follow the data wherever the
 * address is opened. All others are written, even a default that somebody chose.
 * @param suggested the text of `MethodsSlice`
 */
export function toFragment(
  runs: readonly DraftRun[],
  training: TrainingConfiguration,
  methods: readonly MethodDescription[],
  { data, model }: LinkedGround = {},
  suggested: string | null = null,
): string {
  const linked: LinkedConfiguration = {
    ...(model !== undefined && { model }),
    ...(data && {
      data: {
        ...{ task: data.task, columns: data.columns, test: data.test, group: data.group },
        ...{ validationFraction: data.validationFraction, maxLength: data.maxLength, sample: data.sample },
        ...(data.changes && isLinked(data.changes) && { changes: data.changes }),
        ...(data.header === false && { header: false }),
        ...(data.encoding !== undefined && { encoding: data.encoding }),
        ...(data.labelNames && Object.keys(data.labelNames).length > 0 && { labelNames: data.labelNames }),
        ...(data.taskText !== undefined && { taskText: data.taskText }),
        ...(data.weights && data.weights.length > 0 && { weights: data.weights }),
        ...(data.selection && { selection: data.selection }),
        ...(data.transforms && data.transforms.length > 0 && { transforms: data.transforms }),
      },
    }),
    training,
    // What starts from a folder cannot do so elsewhere.
    runs: runs
      .filter(({ initFrom }) => initFrom === undefined)
      .map((run) => {
        const defaults = methods.find((method) => method.id === run.method)?.defaults ?? {};
        const texts = suggested === null ? [] : taskFields(run.method, methods).map(({ key }) => key);
        const changed = Object.entries(run.options).filter(([key, value]) =>
          texts.includes(key) ? value !== suggested : JSON.stringify(value) !== JSON.stringify(defaults[key]),
        );
        return {
          name: run.name,
          method: run.method,
          ...ownRate(run),
          ...ownSettings(run),
          options: Object.fromEntries(changed),
          ...(run.sweep && { sweep: withoutSuggested(run.sweep, texts, suggested) }),
        };
      }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(withVersion(formats.link, linked)));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#c=${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

/** Of a sweep over texts that say the task, the one that is suggested follows the data as well. */
function withoutSuggested(sweep: Sweep, texts: readonly string[], suggested: string | null): Sweep {
  const written = (key: string, values: readonly unknown[]) =>
    texts.includes(key) ? values.map((value) => (value === suggested ? NO_TEXT : value)) : values;
  return Object.fromEntries(Object.entries(sweep).map(([key, values]) => [key, written(key, values)]));
}

/** What of the open data an address has no place for, in a sentence; null where it has all. */
export function leftOutOfLink({ data }: Pick<StudioState, "data">): string | null {
  const { changes = [] } = data.summary?.settings ?? {};
  if (changes.length === 0 || isLinked(changes)) return null;
  const most = `at most ${MOST_LINKED_CHANGES}, and ${formatPlural(LONGEST_LINKED_CHANGES, "character")}`;
  return `The list of ${formatPlural(changes.length, "changed row")} is too long for it (${most}): save the configuration to hand that on.`;
}

/** Whether an address has a list of changes; of an empty one there is nothing to say. */
export function isLinked(changes: readonly unknown[]): boolean {
  const { length } = changes;
  return length > 0 && length <= MOST_LINKED_CHANGES && JSON.stringify(changes).length <= LONGEST_LINKED_CHANGES;
}

/**
 * What an address holds, or null where it holds no configuration. The content is not checked here:
 * whoever uses it asks the worker to (`readLink`).
 * @throws when the address holds something unreadable, and with both versions where it is of a
 * newer one
 */
export function fromFragment(fragment: string): LinkedConfiguration | null {
  const encoded = /^#c=([\w-]+)$/.exec(fragment)?.[1];
  if (encoded === undefined) {
    if (fragment.startsWith("#c=")) throw new Error("The configuration in this address is damaged.");
    return null;
  }
  try {
    const binary = atob(encoded.replaceAll("-", "+").replaceAll("_", "/"));
    const parsed: unknown = JSON.parse(new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0))));
    // Throws where it is nested too deep for all that comes after.
    JSON.stringify(parsed);
    const value = migrate(formats.link, parsed);
    if (typeof value === "object" && value !== null && "runs" in value && "training" in value) {
      return value as LinkedConfiguration;
    }
  } catch (error) {
    if (error instanceof NewerVersionError) {
      throw new NewerVersionError(`${error.message} Until then the address stays as it is.`);
    }
    // All else falls through to the one message.
  }
  throw new Error("The configuration in this address is cut off or damaged; ask for the link again.");
}

/**
 * Whether an address holds what only a newer studio can read; it must stay, so that the reloaded
 * page can.
 */
export function isOfNewerStudio(fragment: string): boolean {
  try {
    fromFragment(fragment);
    return false;
  } catch (error) {
    return error instanceof NewerVersionError;
  }
}
