/**
 * What the studio writes for later, by kind: which version it is written in, and how an older one
 * becomes today's. Read content passes here after parsing and before its schema. Not for the
 * schemas, which know today's version alone.
 */

import { shortenedJson } from "../errors/shortened";

type Content = Record<string, unknown>;

/** From one version of a kind to the next. */
export type Migration = (content: Content) => Content;

/**
 * A kind of file, record or link. Its current version is `oldest` plus the number of its
 * migrations.
 */
export interface Format {
  /** As messages begin with it: `run.json`, `The configuration`. */
  readonly name: string;
  /** The lowest version that can be read. */
  readonly oldest: number;
  /** The first is from `oldest` to the version after it, and so on. */
  readonly migrations: readonly Migration[];
}

/** Before formats had a version, they were what version 1 is. */
const UNVERSIONED = 1;

/**
 * Each holds training and runs as a configuration has them, and a version covers all of its
 * content: a change of these is a migration of every format that holds them.
 */
export const formats = {
  /** The file of a comparison: what the page saves, and the headless runner takes. */
  configuration: {
    name: "The configuration",
    oldest: 1,
    migrations: [(content) => earlierDefaults(unequalRace(content))],
  },
  /** Beside an exported adapter. */
  run: { name: "run.json", oldest: 1, migrations: [(content) => earlierDefaults(unequalRecord(content))] },
  /**
   * What the headless runner goes on from. The configuration in it has a version of its own, so
   * that this one covers the rest alone.
   */
  checkpoint: { name: "checkpoint.json", oldest: 1, migrations: [] },
  /**
   * Of a results' folder: what the headless runner came to. Version 1 had none written in it, and
   * its configuration was of the version that it looks like.
   */
  summary: { name: "summary.json", oldest: 1, migrations: [earlierSummary] },
  /** In the page's address. */
  link: {
    name: "The configuration in this address",
    oldest: 1,
    migrations: [(content) => earlierDefaults(unequalRace(content))],
  },
  /** A finished comparison in the browser's storage. Those of version 1 have no seeds. */
  session: {
    name: "A comparison kept in this browser",
    oldest: 2,
    migrations: [memoryOfAnyDevice, (content) => earlierDefaults(unequalComparison(content))],
  },
  /**
   * The list in a notebook's file. The comparisons beside it are of `session`, so that this one
   * covers the rest alone.
   */
  notebook: { name: "The notebook", oldest: 1, migrations: [] },
} satisfies Record<string, Format>;

/**
 * Version 2 of kept comparisons called all memory a graphics card's, in the comparison and in its
 * runs' curves.
 */
function memoryOfAnyDevice({ gpuBytes, ...comparison }: Content): Content {
  const runs = (comparison.runs as { curves: { steps: { columns: Content } } }[]).map((run) => {
    const { gpuBytes: memoryBytes, ...columns } = run.curves.steps.columns;
    const steps = { ...run.curves.steps, columns: { ...columns, memoryBytes } };
    return { ...run, curves: { ...run.curves, steps } };
  });
  return { ...comparison, memoryBytes: gpuBytes, runs };
}

/** Methods whose adapters had no weight decay where none was set. */
const UNDECAYED: readonly unknown[] = ["sk-prefix", "sk-prompt", "cpt", "road"];

/**
 * Training and runs of the version before all runs had the same head and the same weight decay: a
 * head learned at its adapter's rate, some methods had no decay of their own, and a warm-up could
 * be of one step.
 */
function unequalRace({ training = {}, runs, ...content }: Content): Content {
  if (!isContent(training)) return { ...content, training, runs };
  return {
    ...content,
    // Written by hand without a version a file may have today's keys: those count.
    training: {
      ...{ headLearningRate: "adapter", leastWarmupSteps: 0, ...training },
      weightDecay: training.weightDecay ?? 0.01,
    },
    ...(runs !== undefined && { runs: Array.isArray(runs) ? runs.map((run) => undecayedRun(run, training)) : runs }),
  };
}

/** The same of a record, whose training state counted no operations either. */
function unequalRecord({ run, configuration, state, ...rest }: Content): Content {
  const content = { ...rest, ...(state !== undefined && { state: isContent(state) ? { flops: 0, ...state } : state }) };
  if (!isContent(configuration)) {
    return { ...content, ...(run !== undefined && { run }), ...(configuration !== undefined && { configuration }) };
  }
  const training = isContent(configuration.training) ? configuration.training : {};
  return {
    ...content,
    ...(run !== undefined && { run: undecayedRun(run, training) }),
    configuration: unequalRace(configuration),
  };
}

function unequalComparison({ configuration, runs, ...comparison }: Content): Content {
  const { training } = configuration as { training: Content };
  const records = (runs as Content[]).map((run) => ({
    ...run,
    configuration: undecayedRun(run.configuration, training),
  }));
  return { ...comparison, configuration: unequalRace(configuration as Content), runs: records };
}

/** A comparison's configuration, which names one rate for all heads since version 2. */
function earlierSummary({ configuration, ...summary }: Content): Content {
  if (!isContent(configuration)) return { ...summary, configuration };
  const { training } = configuration;
  if (isContent(training) && training.headLearningRate !== undefined) return { ...summary, configuration };
  return { ...summary, configuration: earlierDefaults(unequalRace(configuration)) };
}

/** A run with the weight decay that it had by its method where its training set none. */
function undecayedRun(run: unknown, training: Content): unknown {
  const bare = isContent(run) && training.weightDecay === undefined && UNDECAYED.includes(run.method);
  return bare ? { ...run, weightDecay: 0 } : run;
}

function isContent(value: unknown): value is Content {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Options of methods that had another default, or did not exist and were as if they were this. */
const EARLIER_DEFAULTS: Readonly<Record<string, Content>> = {
  // What the model says of empty texts was not taken away.
  "zero-shot": { normalise: "none" },
  // The start was a text, and the head read what all runs' heads read.
  ptec: { init: "text", readOut: "as the comparison" },
};

/** Runs of methods whose defaults have changed say what they left out, wherever they stand. */
function earlierDefaults(content: Content): Content {
  const run = (given: unknown): unknown => {
    if (typeof given !== "object" || given === null) return given;
    // A run that is kept in the browser has what it was configured with beside its curves.
    if ("configuration" in given) return { ...given, configuration: run(given.configuration) };
    if (!("method" in given)) return given;
    const added = EARLIER_DEFAULTS[String(given.method)];
    const { options = {} } = given as { options?: object };
    return added ? { ...given, options: { ...added, ...options } } : given;
  };
  const runs = (list: unknown): unknown => (Array.isArray(list) ? list.map(run) : list);
  const { configuration } = content;
  return {
    ...content,
    ...("run" in content && { run: run(content.run) }),
    ...("runs" in content && { runs: runs(content.runs) }),
    ...(typeof configuration === "object" &&
      configuration !== null &&
      "runs" in configuration && { configuration: { ...configuration, runs: runs(configuration.runs) } }),
  };
}

/** Content is of a version that this studio does not know yet. */
export class NewerVersionError extends Error {}

function currentVersion({ oldest, migrations }: Format): number {
  return oldest + migrations.length;
}

/** Content as it is written: its version first. */
export function withVersion<T extends object>(format: Format, content: T): T & { version: number } {
  return { version: currentVersion(format), ...content };
}

/**
 * Parsed content of any readable version as content of the current one, without its version number.
 * What is no object is returned as it is, for the schema to refuse.
 * @throws {NewerVersionError} with both versions and what to do
 * @throws {Error} when the version is none, or older than the oldest that can be read
 */
export function migrate(format: Format, parsed: unknown): unknown {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return parsed;
  const { version = UNVERSIONED, ...content } = parsed as Content;
  const { name, oldest, migrations } = format;
  const current = currentVersion(format);
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) {
    throw new Error(`${name} has the version ${shortenedJson(version)}, which is not a whole number from 1 on.`);
  }
  if (version > current) {
    throw new NewerVersionError(
      `${name} has version ${version} and was made by a newer studio; this one reads up to version ${current}. Reload ` +
        "the page, or update the studio.",
    );
  }
  if (version < oldest) {
    throw new Error(`${name} has version ${version}; this studio reads version ${oldest} and later.`);
  }
  return migrations.slice(version - oldest).reduce((migrated, next) => next(migrated), content);
}
