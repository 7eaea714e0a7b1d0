/**
 * What each version of the studio wrote opens as it did, what is written now carries its version
 * and opens again, and what a newer studio wrote is refused. The files are in
 * `tests/fixtures/versions`.
 */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deserialize } from "node:v8";
import { strFromU8, strToU8 } from "fflate";
import { beforeAll, describe, expect, test } from "vitest";
import { MODEL, RUN } from "../../../src/adapters/folder";
import { readAdapterFiles } from "../../../src/adapters/read";
import { STATE } from "../../../src/adapters/training-state";
import { adapterFiles } from "../../../src/adapters/write";
import { checkLabels, importedRun } from "../../../src/folders/imported-run";
import { continuedConfiguration } from "../../../src/folders/resumed-run";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import { configurationFile } from "../../../src/page/export/configuration-file";
import { readNotebook, writeNotebook } from "../../../src/page/kept/notebook-file";
import { draftRun } from "../../../src/page/store/configuration";
import { fromFragment, isOfNewerStudio, toFragment } from "../../../src/page/store/link";
import { openRecord, readRecords, savedRecord } from "../../../src/page/store/session";
import { runSchema, trainingSchema } from "../../../src/plan/configuration";
import { readConfiguration } from "../../../src/plan/read-configuration";
import { formats, migrate, NewerVersionError, withVersion } from "../../../src/versions/versions";
import type { MethodDescription, Verdict } from "../../../src/worker/api";
import { adapterFiles as fixtureFolder } from "../../fixtures/reference";

const bytesOf = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/versions/${name}`, import.meta.url)));
const textOf = (name: string) => bytesOf(name).toString("utf8");
/** What is said of content one version above today's. */
const newer = (current: number) =>
  new RegExp(`version ${current + 1} .*newer studio.* up to version ${current}\\. Reload`);

/** The comparison that all files are of. */
const training = {
  seed: 3,
  seeds: 1,
  learningRateFactors: [1],
  steps: 4,
  epochs: null,
  batchSize: 4,
  learningRate: 0.01,
  schedule: "linear",
  warmupRatio: 0.06,
  gradClip: 1,
  shuffle: true,
  evalEvery: 2,
  earlyStopping: null,
  keepBest: false,
  pooling: null,
  // What every comparison had before these were settings.
  weightDecay: 0.01,
  headLearningRate: "adapter",
  leastWarmupSteps: 0,
} as const;
const lora = {
  name: "LoRA",
  method: "lora",
  learningRate: 0.003,
  options: {
    rank: 4,
    alpha: 16,
    targets: ["q_proj", "v_proj"],
    pattern: null,
    layers: null,
    rankPattern: {},
    alphaPattern: {},
    dropout: 0,
    rankStabilised: false,
    learningRateRatio: 1,
  },
};
const skPrefix = {
  name: "SK-Prefix",
  method: "sk-prefix",
  // Its adapter had none, and its head 0.01.
  weightDecay: 0,
  options: {
    text: "Classify the positive or negative sentiment from the text",
    preset: "paper",
    map: "dense",
    rank: 4,
    pooled: false,
    shared: false,
    control: "none",
  },
};
const columns = { text: "sentence", textPair: null, label: "sentiment" };
const configuration = {
  model: "bundled:tiny-base",
  precision: "auto",
  data: { task: "sequence-classification", train: "films.csv", validation: 0.1, columns, maxLength: 128 },
  training,
  runs: [skPrefix, lora],
} as const;
/** As it is read today: without test rows and groups, which it knew nothing of. */
const twoParts = { ...configuration, data: { ...configuration.data, test: null, group: null } };

describe("the configuration file", () => {
  test("of version 1, without a version, opens", () => {
    expect(JSON.parse(textOf("configuration-1.json"))).not.toHaveProperty("version");
    expect(readConfiguration(textOf("configuration-1.json"))).toEqual(twoParts);
  });

  test("of version 2 opens", () => {
    expect(readConfiguration(textOf("configuration-2.json"))).toEqual(twoParts);
  });

  test("of version 1 keeps what it set, and what its methods left out", () => {
    const file = (training: object | undefined) => {
      const methods = ["sk-prompt", "sk-prefix", "cpt", "road", "lora", "prefix", "ln-tuning", "linear-probe"];
      const runs = methods.map((method) => ({ name: method, method }));
      return readConfiguration(JSON.stringify({ ...configuration, training, runs }));
    };
    for (const training of [undefined, {}, { seed: 1 }]) {
      const read = file(training);
      expect(read.training).toMatchObject({ weightDecay: 0.01, headLearningRate: "adapter", leastWarmupSteps: 0 });
      expect(read.runs.filter((run) => run.weightDecay === 0).map(({ name }) => name)).toEqual([
        ...["sk-prompt", "sk-prefix", "cpt", "road"],
      ]);
      expect(read.runs.filter((run) => run.weightDecay === undefined)).toHaveLength(4);
    }
    const set = file({ weightDecay: 0.2 });
    expect(set.training.weightDecay).toBe(0.2);
    for (const run of set.runs) expect(run.weightDecay).toBeUndefined();
  });

  test("without a version keeps newer keys that somebody wrote into it", () => {
    const written = { headLearningRate: 0.05, leastWarmupSteps: 3 };
    const read = (training: object) => readConfiguration(JSON.stringify({ ...configuration, training }));
    expect(read(written).training).toMatchObject({ weightDecay: 0.01, ...written });
    expect(() => read({ headLearningRate: "adaptor" })).toThrow("training.headLearningRate: ");
  });

  test("may begin with a byte order mark", () => {
    expect(readConfiguration(`\ufeff${textOf("configuration-2.json")}`)).toEqual(twoParts);
  });

  test("of version 2 begins with the same head, weight decay and warm-up for all", () => {
    const { training, runs } = readConfiguration(
      JSON.stringify({ version: 2, ...configuration, training: {}, runs: [{ name: "a", method: "sk-prefix" }] }),
    );
    expect(training).toMatchObject({ weightDecay: 0.01, headLearningRate: 0.02, leastWarmupSteps: 10 });
    expect(runs[0]).not.toHaveProperty("weightDecay");
  });

  test("is written with its version, and opens again", () => {
    const read = readConfiguration(textOf("configuration-1.json"));
    const { version, ...content } = JSON.parse(configurationFile(read));
    expect(version).toBe(2);
    expect(content).toEqual(twoParts);
    expect(readConfiguration(configurationFile(read))).toEqual(read);
  });

  test("names what is of the Hub as the headless runner finds it", () => {
    const read = readConfiguration(textOf("configuration-1.json"));
    const hub = { train: "hf:films/reviews:data/train-*-of-00002.csv" };
    const { data } = JSON.parse(configurationFile(read, hub));
    expect(data).toEqual({ ...twoParts.data, ...hub });
  });

  test("of a newer studio is refused before its keys are looked at", () => {
    const file = JSON.stringify({ version: 3, ...configuration, colour: "red" });
    expect(() => readConfiguration(file)).toThrow(newer(2));
  });

  test("that does not fit is refused as before", () => {
    const file = (changes: object) => JSON.stringify({ ...configuration, ...changes });
    expect(() => readConfiguration("{")).toThrow(/is not JSON/);
    expect(() => readConfiguration("[]")).toThrow(/does not fit\.\nthe file must be an object, and is a list/);
    expect(() => readConfiguration(file({ colour: "red" }))).toThrow(
      /does not fit\.\nthe file has no "colour"; did you mean /,
    );
    expect(() => readConfiguration(file({ training: { steps: 0 } }))).toThrow(/does not fit\.\ntraining\.steps: /);
    expect(() => readConfiguration(file({ runs: [{ name: "a", method: "magic" }] }))).toThrow(/magic/);
    expect(() => readConfiguration(file({ version: "1" }))).toThrow(/has the version "1"/);
  });
});

describe("run.json", () => {
  /** A folder of LoRA whose training can go on, with this beside it. */
  let folder: (run: object) => Record<string, Uint8Array>;
  const recorded = JSON.parse(textOf("run-1.json"));
  /** The same as today's content. */
  const { version: _version, ...today } = JSON.parse(textOf("run-2.json"));

  beforeAll(async () => {
    const files = await fixtureFolder("reference/peft/tiny-llama/lora-sequence-classification");
    folder = (run) => ({ ...files, [STATE]: writeSafetensors([]), [RUN]: strToU8(JSON.stringify(run)) });
  });

  test.each([1, 2])("of version %i opens; version 1 has no version", async (version) => {
    const written = JSON.parse(textOf(`run-${version}.json`));
    expect(written.version).toBe(version === 1 ? undefined : version);
    const adapter = await readAdapterFiles(folder(written));
    expect(adapter.run).toEqual(today);
    expect(adapter.run).toMatchObject({ run: lora, labels: ["negative", "positive"], configuration });
    expect(importedRun(adapter, "given")).toEqual({ run: lora, pooling: null });
    expect(adapter.state?.facts).toMatchObject({ step: 4, steps: 4, seed: 3, trainRows: 22, learningRateFactor: 1 });
    checkLabels(adapter, "sequence-classification", ["negative", "positive"]);
    expect(() => checkLabels(adapter, "sequence-classification", ["no", "yes"])).toThrow("negative, positive");
    const { model, precision, data } = readConfiguration(textOf("configuration-1.json"));
    const plan = { model, precision, data, run: importedRun(adapter, "given").run };
    const other = trainingSchema.parse({ steps: 7, learningRate: 1 });
    expect(continuedConfiguration(adapter, plan, 6, other).training).toEqual({ ...training, steps: 10 });
  });

  test("is written with its version, and opens again", async () => {
    const adapter = await readAdapterFiles(folder(recorded));
    const files = adapterFiles(adapter);
    expect(JSON.parse(strFromU8(files[RUN]!))).toEqual({ version: 2, ...today });
    expect(await readAdapterFiles(files)).toEqual(adapter);
  });

  test("of a newer studio is refused, whatever its state looks like", async () => {
    const files = folder({ ...recorded, version: 3, state: "another form" });
    await expect(readAdapterFiles(files)).rejects.toThrow(newer(2));
    await expect(readAdapterFiles(files)).rejects.toThrow(/^run\.json has version 3/);
    const { [MODEL]: model, [RUN]: _, [STATE]: __, ...config } = files;
    expect((await readAdapterFiles({ ...config, [MODEL]: model! })).run).toBeNull();
  });
});

describe("the address", () => {
  const linked = {
    data: { task: "sequence-classification", columns },
    training,
    runs: [
      { name: "SK-Prefix", method: "sk-prefix", weightDecay: 0, options: {} },
      { name: "LoRA", method: "lora", learningRate: 0.003, options: { rank: 4 } },
    ],
  };
  const encoded = (content: object) => `#c=${Buffer.from(JSON.stringify(content)).toString("base64url")}`;
  const decoded = (fragment: string) => JSON.parse(Buffer.from(fragment.slice(3), "base64url").toString("utf8"));

  test.each([1, 2])("of version %i opens; version 1 has no version", (version) => {
    const fragment = textOf(`link-${version}.txt`).trim();
    expect(decoded(fragment).version).toBe(version === 1 ? undefined : version);
    const read = fromFragment(fragment)!;
    expect(read).toEqual(linked);
    expect(isOfNewerStudio(fragment)).toBe(false);
    // The rest of the way to a comparison.
    expect(trainingSchema.parse(read.training)).toEqual(training);
    expect(read.runs.map((run) => runSchema.parse(run))).toEqual(linked.runs);
  });

  test("is written with its version, and opens again", () => {
    const method = {
      id: "lora",
      title: "LoRA",
      defaults: { ...lora.options, rank: 8 },
    } as unknown as MethodDescription;
    const draft = draftRun(method, [], { ...lora, learningRate: 0.003 });
    const data = { task: "sequence-classification", columns } as const;
    const fragment = toFragment([draft], trainingSchema.parse(training), [method], { data });
    const { version, ...content } = decoded(fragment);
    expect(version).toBe(2);
    expect(content).toEqual({ ...linked, runs: [linked.runs[1]] });
    expect(fromFragment(fragment)).toEqual(content);
  });

  test("of a newer studio is refused, and known so that it is kept", () => {
    const fragment = encoded({ version: 3, plan: "another form" });
    expect(() => fromFragment(fragment)).toThrow(newer(2));
    expect(() => fromFragment(fragment)).toThrow(NewerVersionError);
    expect(isOfNewerStudio(fragment)).toBe(true);
  });

  test.each(["", "#results", "#c=%%%", encoded([1]), encoded({ version: "2" }), encoded({ version: 1 })])(
    "%j is of no newer studio",
    (fragment) => expect(isOfNewerStudio(fragment)).toBe(false),
  );
});

/** Of the device, in the comparison's last state and in each step of LoRA. */
const BYTES = { comparison: 24248320, run: 4643344 };

describe("a comparison kept in the browser", () => {
  const stored = deserialize(bytesOf("session-4.bin"));

  test.each([2, 3, 4])("of version %i opens with its curves", (version) => {
    const record = deserialize(bytesOf(`session-${version}.bin`));
    expect(record.version).toBe(version);
    const { readable, problem } = readRecords([record]);
    expect(problem).toBeNull();
    const [comparison] = readable.map(openRecord);
    expect(comparison).toMatchObject({
      configuration,
      modelName: "tiny-base",
      dataTitle: "films.csv",
      state: "finished",
      step: 4,
      steps: 4,
      reason: null,
      executor: "processor",
      startedAt: 1795971213898,
      endedAt: 1795971221679,
      runs: [
        { name: "SK-Prefix", configuration: skPrefix, state: "finished", slot: 0, learningRate: 0.01, saved: true },
        { name: "LoRA", configuration: lora, state: "finished", slot: 1, learningRate: 0.003, saved: true },
      ],
    });
    const [, run] = comparison!.runs;
    expect(comparison!.memoryBytes!.total).toBe(BYTES.comparison);
    expect([...run!.curves.steps.column("step")]).toEqual([1, 2, 3, 4]);
    expect([...run!.curves.steps.column("memoryBytes")]).toEqual(new Array(4).fill(BYTES.run));
    // Not counted then.
    expect([...run!.curves.steps.column("flops")]).toEqual(new Array(4).fill(Number.NaN));
    expect(run!.curves.steps.last("loss")).toBeCloseTo(0.564862, 6);
    expect([...run!.curves.evaluations.column("step")]).toEqual([0, 2, 4]);
    expect(run!.curves.evaluations.last("loss")).toBeCloseTo(0.746112, 6);
    expect(run!.curves.evaluations.last("pearson")).toBeNaN();
  });

  test("is written with its version, as it was", () => {
    const [comparison] = readRecords([stored]).readable.map(openRecord);
    expect(savedRecord(comparison!)).toEqual(stored);
    expect(readRecords([savedRecord(comparison!)]).readable.map(openRecord)).toEqual([comparison]);
  });

  test("keeps its verdict", () => {
    const verdict: Verdict = {
      ...{ metric: "f1", metricChangedAfterTraining: false, part: "test", rows: 31, looks: 2, chance: null },
      ...{ runs: [], pairs: [], majority: 0.5, needed: null, leftOut: [], sentences: ["LoRA is ahead.", "By 4 rows."] },
      ...{ againstMajority: null, claims: [], onlyLabel: null },
    };
    const [comparison] = readRecords([stored]).readable.map(openRecord);
    const kept = structuredClone(savedRecord({ ...comparison!, verdict }));
    expect(readRecords([kept]).readable.map(openRecord)).toMatchObject([{ id: comparison!.id, verdict }]);
  });

  test("that ran when the page closed counts as stopped", () => {
    const runs = stored.runs.map((run: object) => ({ ...run, state: "running" }));
    const [running] = readRecords([{ ...stored, endedAt: null, state: "running", runs }]).readable;
    expect(openRecord(running!)).toMatchObject({
      state: "stopped",
      reason: "the page was closed while it ran",
      runs: [{ state: "stopped" }, { state: "stopped" }],
    });
  });

  test("of a newer studio is named, beside those that open, newest first; older than version 2 is passed over", () => {
    const later = { ...stored, id: "later", startedAt: stored.startedAt + 1 };
    const { readable, problem } = readRecords([{ ...stored, version: 1 }, stored, { version: 5, id: "x" }, later]);
    expect(readable.map(({ id }) => id)).toEqual(["later", stored.id]);
    expect(problem).toMatch(newer(4));
    expect(problem).toMatch(/It stays kept/);
    expect(readRecords([{ ...stored, version: 1 }])).toEqual({ readable: [], problem: null });
  });
});

describe("a notebook's file", () => {
  const LABELS = { name: "Films", notes: "", tags: ["first"], pinned: false };

  test("of version 1 opens with its comparison, labels and adapter", async () => {
    const { records, labels, adapters } = readNotebook(new Uint8Array(bytesOf("notebook-1.zip")));
    expect(records.map(([, record]) => openRecord(readRecords([record]).readable[0]!))).toMatchObject([
      {
        configuration,
        dataTitle: "films.csv",
        runs: [
          { name: "SK-Prefix", saved: false },
          { name: "LoRA", saved: true },
        ],
      },
    ]);
    const [[id]] = records as [[string, unknown]];
    expect(labels).toEqual([[id, LABELS]]);
    expect(adapters.map(([run]) => run)).toEqual([`${id}/LoRA`]);
    expect(await adapters[0]![1].text()).toBe("its adapter");
  });

  test("is written as it was", async () => {
    const read = readNotebook(new Uint8Array(bytesOf("notebook-1.zip")));
    const again = await writeNotebook(read, new Date(2026, 10, 30));
    expect(readNotebook(new Uint8Array(await again.arrayBuffer()))).toEqual(read);
  });
});

describe("defaults that have changed", () => {
  const runs = [
    { name: "asked", method: "zero-shot", options: { template: "{text} is" } },
    { name: "named", method: "ptec", options: { virtualTokens: 4 } },
    { name: "chosen", method: "ptec", options: { init: "random" } },
    { name: "bare", method: "zero-shot" },
    lora,
  ];
  const asThen = [
    { ...runs[0], options: { normalise: "none", template: "{text} is" } },
    { ...runs[1], options: { init: "text", readOut: "as the comparison", virtualTokens: 4 } },
    { ...runs[2], options: { init: "random", readOut: "as the comparison" } },
    { ...runs[3], options: { normalise: "none" } },
    lora,
  ];

  test.each(["configuration", "run", "link"] as const)("%s of version 1 means what it meant", (kind) => {
    expect(migrate(formats[kind], { runs, configuration: { runs, model: "m" }, run: runs[0] })).toMatchObject({
      runs: asThen,
      configuration: { runs: asThen, model: "m" },
      run: asThen[0],
    });
    expect(migrate(formats[kind], { version: 2, runs })).toEqual({ runs });
  });

  test("a kept comparison's runs do, too", () => {
    const kept = runs.map((configuration) => ({ configuration, curves: { steps: { columns: {} } } }));
    const { configuration, runs: records } = migrate(formats.session, {
      version: 3,
      configuration: { runs, training: {} },
      runs: kept,
    }) as { configuration: { runs: unknown }; runs: { configuration: unknown }[] };
    expect([configuration.runs, records.map((record) => record.configuration)]).toMatchObject([asThen, asThen]);
  });
});

test("every format's file of today is there", () => {
  const files = {
    configuration: "json",
    run: "json",
    checkpoint: "json",
    link: "txt",
    session: "bin",
    summary: "json",
    notebook: "zip",
  } satisfies Record<keyof typeof formats, string>;
  for (const [kind, ending] of Object.entries(files)) {
    const { version } = withVersion(formats[kind as keyof typeof formats], {});
    expect(bytesOf(`${kind}-${version}.${ending}`).length, kind).toBeGreaterThan(0);
  }
});
