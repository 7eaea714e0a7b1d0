/**
 * Methods, options, training, and the task with its columns' names in the address, so that they can
 * be shared. Of rows that are changed their numbers, fingerprints and new answers; never a text.
 */

import type { RunConfiguration, TrainingConfiguration } from "../../plan/configuration";
import { formats, migrate, NewerVersionError, withVersion } from "../../versions/versions";
import type { DataSettings, MethodDescription } from "../../worker/api";
import { ownRate, ownSettings } from "./configuration";
import type { DraftRun } from "./state";

/** How a file is to be read. */
export type LinkedData = Pick<DataSettings, "task" | "columns" | "test" | "group" | "changes" | "header">;

export interface LinkedConfiguration {
  /** Left out where no file was open. */
  data?: LinkedData;
  training: Partial<TrainingConfiguration>;
  runs: RunConfiguration[];
}

/** `#c=…`: options equal to a method's defaults are left out. */
export function toFragment(
  runs: readonly DraftRun[],
  training: TrainingConfiguration,
  methods: readonly MethodDescription[],
  data?: LinkedData,
): string {
  const linked: LinkedConfiguration = {
    ...(data && {
      data: {
        ...{ task: data.task, columns: data.columns, test: data.test, group: data.group },
        ...(data.changes && data.changes.length > 0 && { changes: data.changes }),
        ...(data.header === false && { header: false }),
      },
    }),
    training,
    // What starts from a folder cannot do so elsewhere.
    runs: runs
      .filter(({ initFrom }) => initFrom === undefined)
      .map((run) => {
        const defaults = methods.find((method) => method.id === run.method)?.defaults ?? {};
        const changed = Object.entries(run.options).filter(
          ([key, value]) => JSON.stringify(value) !== JSON.stringify(defaults[key]),
        );
        return {
          name: run.name,
          method: run.method,
          ...ownRate(run),
          ...ownSettings(run),
          options: Object.fromEntries(changed),
        };
      }),
  };
  const bytes = new TextEncoder().encode(JSON.stringify(withVersion(formats.link, linked)));
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return `#c=${base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
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
