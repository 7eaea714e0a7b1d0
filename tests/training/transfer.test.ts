/**
 * Starting from an adapter of another label set: all of it but its head is taken, and this is said.
 * A folder whose labels are the data's gives its head as well.
 */

import { expect, test } from "vitest";
import { isHead } from "../../src/adapters/folder";
import { readAdapterFiles } from "../../src/adapters/read";
import { zipAdapter } from "../../src/adapters/write";
import { BaseModel } from "../../src/base/base-model";
import { estimate } from "../../src/estimate/estimate";
import { labelMismatch } from "../../src/folders/imported-run";
import { configurationSchema } from "../../src/plan/configuration";
import type { StudioEvent } from "../../src/plan/events";
import { tasks } from "../../src/tasks/registry";
import { Comparisons } from "../../src/worker/comparisons";
import type { EventBatches } from "../../src/worker/events";
import { Folders, recordedConfiguration } from "../../src/worker/folders";
import { openComparison, startChecks } from "../../src/worker/open-comparison";
import type { StudioSession } from "../../src/worker/studio-session";
import { fixtureFile, fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { tinyData, tinyRows } from "./tiny-comparison";

/** What PEFT wrote after training on five labels. */
async function trainedFolder() {
  const names = ["adapter_config.json", "adapter_model.safetensors"];
  const files = names.map(async (name) => {
    const file = await fixtureFile(`peft/tiny-llama/lora-sequence-classification/${name}`);
    return [name, await file.read(0, file.size)] as const;
  });
  return readAdapterFiles(Object.fromEntries(await Promise.all(files)));
}

test("a run takes all but the head of an adapter of other labels", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const adapter = await trainedFolder();
  const five = tinyData(await tinyRows(model, [8, 9, 10, 8]), await tinyRows(model, [8, 9]));
  const ofThree = (rows: typeof five.train) => rows.map((row) => ({ ...row, labels: row.labels.map((id) => id % 3) }));
  const names = ["no", "perhaps", "yes"];
  const three = { ...five, labels: names, train: ofThree(five.train), validation: ofThree(five.validation) };

  expect(labelMismatch(adapter, five.task, five.labels)).toBeNull();
  const { what } = labelMismatch(adapter, three.task, names)!;
  expect(what).toBe("The adapter's head gives 5 numbers; the open data needs 3.");
  const named = { ...adapter, run: { labels: five.labels, configuration: { data: { task: five.task } } } };
  expect(labelMismatch(named, five.task, five.labels)).toBeNull();
  expect(labelMismatch(named, three.task, names)!.what).toBe(
    `The adapter was trained for the labels ${five.labels.join(", ")}; the open data has no, perhaps, yes.`,
  );
  expect(labelMismatch(named, "regression", [])!.what).toContain("the open data is read for regression");

  const lora = { rank: 4, alpha: 8 };
  const open = (data: typeof five, method: string, transferred?: string, options: object = lora) => {
    const events: StudioEvent[] = [];
    const run = { name: "first", method, options: method === "lora" ? options : {} };
    const configuration = configurationSchema.parse({
      model: "dir:tiny-llama",
      data: { task: data.task, train: "file:rows.csv", columns: { text: "text", label: "label" } },
      training: { steps: 1, batchSize: 2 },
      runs: [run],
    });
    const folder = { adapter, resume: false, ...(transferred !== undefined && { transferred }) };
    const divisions = [{ ...data, test: [] }];
    const rows = { comparisonData: data, divisions, data: { testedTable: null, data: { dataset: { divisions: [] } } } };
    const opened = { executor, model, ...rows } as unknown as StudioSession;
    const listeners = { emit: (event: StudioEvent) => events.push(event) };
    const comparison = openComparison(opened, configuration, new Map([["first", folder]]), listeners);
    return { events, comparison };
  };
  const held = (name: string) => adapter.tensors.find((tensor) => tensor.name === name)!.data;
  const started = async (data: typeof five, transferred?: string) => {
    const { events, comparison } = open(data, "lora", transferred);
    const opened = await comparison;
    const values = await opened.comparison.run("first").parameters.read();
    await opened.comparison.release();
    return { events, values };
  };

  const transferred = await started(three, what);
  const head = transferred.values.get("score.weight")!;
  expect(head).toHaveLength(3 * model.config.hiddenSize);
  const adapted = adapter.tensors.filter(({ name }) => name !== "score.weight");
  expect(adapted.length).toBeGreaterThan(4);
  for (const { name } of adapted) expect(transferred.values.get(name), name).toEqual(held(name));
  const said = transferred.events.flatMap((event) => (event.type === "notice" ? [event.message] : []));
  expect(said).toEqual([`${what} Its head is left out: the run starts from the rest of the adapter, with a new head.`]);

  const same = await started(five);
  expect(same.values.get("score.weight")).toEqual(held("score.weight"));
  expect(same.events.filter(({ type }) => type === "notice")).toEqual([]);

  await expect(open(three, "lora").comparison).rejects.toThrow(
    `"score.weight" of shape [5,${model.config.hiddenSize}], but the run needs [3,`,
  );
  await expect(open(three, "lora", what, { rank: 2, alpha: 8 }).comparison).rejects.toThrow(
    'Run "first" cannot start from its adapter: rank is 4 there and 2 here. Set it as in the adapter, or',
  );
  await expect(open(three, "linear-probe", what).comparison).rejects.toThrow(
    "Its head does not fit, and it trains nothing else",
  );
  model.release();
});

test("before training it is said that a run cannot start from a folder, and which setting differs", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const read = await trainedFolder();
  const adapter = { ...read, config: { ...read.config, base_model_name_or_path: model.folder.name } };
  const folders = new Folders(new URL("http://localhost/"));
  const initFrom = folders.keep("questions.zip", adapter);
  const labels = ["no", "perhaps", "yes"];
  const data = { data: { settings: { task: "sequence-classification" }, dataset: { labels } } };
  const session = { model, data } as unknown as StudioSession;
  const start = (name: string, rank: number, from: string) =>
    ({ name, method: "lora", options: { rank, alpha: 8 }, initFrom: from }) as const;
  const configuration = configurationSchema.parse({
    model: "dir:tiny-llama",
    data: { task: "sequence-classification", train: "file:rows.csv", columns: { text: "text", label: "label" } },
    runs: [
      { name: "own", method: "lora", options: {} },
      start("same", 4, initFrom),
      start("smaller", 2, initFrom),
      start("closed", 4, "imported:gone.zip#0"),
    ],
  });
  const checks = await startChecks(session, folders, configuration);
  const { runs, unequal } = estimate({
    ...{ model, task: tasks["sequence-classification"], classes: 3, labels, maxLength: 16 },
    ...{ trainLengths: [8, 9], validationLengths: [8], allowedBuffer: Number.POSITIVE_INFINITY },
    ...{ training: configuration.training, runs: configuration.runs, startChecks: checks },
  });
  expect(runs.map(({ problem }) => problem)).toEqual([
    null,
    null,
    'Run "smaller" cannot start from questions.zip: rank is 4 there and 2 here. Set it as in the adapter, or let the ' +
      "run begin anew: a copy of its card, or in a file the same run without initFrom.",
    'Run "closed" starts from gone.zip#0, which is not open any more. Import that adapter again.',
  ]);
  expect(unequal[0]).toMatch(/^same starts from an adapter that was trained before: /);
  model.release();
});

test("nothing is offered of an adapter that trains nothing but its head", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const read = await trainedFolder();
  const { task, labels } = tinyData([], []);
  // As the studio writes it: factors that add nothing carry the head.
  const idle = (name: string, values: Float32Array) => (name.includes("lora_B") ? values.map(() => 0) : values);
  const adapter = {
    ...read,
    config: { ...read.config, base_model_name_or_path: model.folder.name },
    tensors: read.tensors.map((tensor) => ({ ...tensor, data: idle(tensor.name, tensor.data) })),
    run: {
      labels,
      run: { name: "Head only", method: "linear-probe", options: {} },
      configuration: { training: { pooling: null }, data: { task } },
    },
  };
  const data = { data: { settings: { task }, dataset: { labels: ["no", "perhaps", "yes"] } } };
  const session = { model, data } as unknown as StudioSession;
  const comparisons = new Comparisons(session, new Folders(new URL("http://localhost/")), {} as EventBatches);
  const zip = new File([zipAdapter(adapter, "head")], "head.zip");
  await expect(comparisons.importAdapter(zip)).rejects.toThrow(
    /^The adapter was trained for the labels age_limit, .* has no, perhaps, yes\. It trains nothing but its head\./,
  );
  model.release();
});

test("the page is offered what a run can start from, and a run starts from it by name and hash", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const adapter = { ...(await trainedFolder()), config: { ...(await trainedFolder()).config } };
  adapter.config.base_model_name_or_path = model.folder.name;
  const dataset = { labels: ["no", "perhaps", "yes"] };
  const data = { data: { settings: { task: "sequence-classification" }, dataset } };
  const folders = new Folders(new URL("http://localhost/"));
  const session = { model, data } as unknown as StudioSession;
  const comparisons = new Comparisons(session, folders, {} as EventBatches);
  const zip = zipAdapter(adapter, "questions");
  const start = await comparisons.importAdapter(new File([zip], "questions.zip"));
  if (!("differs" in start)) throw new Error("It was imported beside the runs.");
  const taken = adapter.tensors.filter(({ name }) => !isHead(name));
  expect(start.differs).toBe("The adapter's head gives 5 numbers; the open data needs 3.");
  expect(start.taken).toEqual({
    tensors: taken.length,
    values: taken.reduce((sum, { data }) => sum + data.length, 0),
  });
  expect(start.source?.file).toBe("adapter_model.safetensors");
  expect(start.source?.sha256).toMatch(/^[0-9a-f]{64}$/);
  const { initFrom } = start.run;
  expect(initFrom).toBe(`imported:questions.zip#${start.source!.sha256.slice(0, 12)}`);
  const kept = await folders.adapter("first", initFrom!);
  expect(kept.tensors.map(({ name }) => name)).toEqual(adapter.tensors.map(({ name }) => name));
  await expect(folders.adapter("first", "imported:other.zip#0")).rejects.toThrow(
    'Run "first" starts from other.zip#0, which is not open any more. Import that adapter again.',
  );
  const configuration = configurationSchema.parse({
    model: "dir:tiny-llama",
    data: { task: "sequence-classification", train: "file:rows.csv", columns: { text: "text", label: "label" } },
    runs: [start.run],
  });
  // The record that lies beside an adapter says where it started.
  expect(recordedConfiguration(configuration, "tiny-llama").runs[0]!.initFrom).toBe(initFrom);
  model.release();
});
