/** The divisions of a comparison on chosen rows: which rows each has, and when they are refused. */

import { beforeAll, expect, test } from "vitest";
import { fingerprint } from "../../../src/data/fingerprint";
import type { RowSelection } from "../../../src/data/types";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { configurationSchema } from "../../../src/plan/configuration";
import { dataConfiguration } from "../../../src/plan/data-configuration";
import { chosenDivisions } from "../../../src/worker/chosen-rows";
import { DatasetStore } from "../../../src/worker/dataset-store";
import { StudioSession } from "../../../src/worker/studio-session";
import { fixtureModel } from "../../fixtures/reference";

const lines = Array.from({ length: 60 }, (_, row) => `message number ${row},${row % 3 === 0 ? "refund" : "delivery"}`);
const file = new File([["text,label", ...lines, ""].join("\n")], "messages.csv");
let session: StudioSession;

beforeAll(async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(file, "train");
  await store.setTokenizer(await openTokenizer(fixtureModel("tiny-llama")));
  session = new StudioSession(store);
});

async function configured(selection: RowSelection | undefined, seeds = 1) {
  const runs = [{ name: "LoRA", method: "lora" }];
  const data = { ...dataConfiguration(session.data.data), ...(selection && { selection }) };
  return configurationSchema.parse({ model: "bundled:tiny-llama", data, training: { seeds }, runs });
}

/** Every fourth training row. */
async function everyFourth() {
  const rows = session.divisions[0]!.train.filter((_, place) => place % 4 === 0);
  return { rows: rows.map(({ row }) => row), hash: await fingerprint(rows) };
}

test("without a selection they are those of the data", async () => {
  const { divisions, trainExamples } = await chosenDivisions(session, await configured(undefined));
  expect(divisions).toHaveLength(1);
  expect(divisions[0]!.train).toBe(session.divisions[0]!.train);
  expect(trainExamples[0]!.map(({ row }) => row)).toEqual(divisions[0]!.train.map(({ row }) => row));
});

test("the chosen rows, as many at random for every seed, and all; held-out rows stay", async () => {
  const chosen = await everyFourth();
  const count = chosen.rows.length;
  const selection = { by: "diversity", rows: count, beside: ["random", "all"], chosen: [chosen] } as const;
  const { divisions, trainExamples } = await chosenDivisions(session, await configured(selection, 2));
  const numbers = divisions.map(({ train }) => train.map(({ row }) => row));
  const all = session.divisions[0]!.train.map(({ row }) => row);
  expect(numbers.map(({ length }) => length)).toEqual([count, count, count, all.length]);
  expect(numbers[0]).toEqual(chosen.rows);
  expect(numbers[3]).toEqual(all);
  expect(numbers[1]).not.toEqual(numbers[2]);
  for (const drawn of numbers) expect(all).toEqual(expect.arrayContaining(drawn));
  expect(trainExamples.map((examples) => examples.map(({ row }) => row))).toEqual(numbers);
  for (const { validation } of divisions) expect(validation).toBe(divisions[0]!.validation);
});

test("rows that are others than those that were chosen are refused by both numbers", async () => {
  const chosen = await everyFourth();
  const lost = { ...chosen, rows: [...chosen.rows, 900] };
  for (const [other, message] of [
    [lost, `${chosen.rows.length + 1} rows, of which ${chosen.rows.length} are training rows now`],
    [{ ...chosen, hash: "0" }, "are others now than when they were chosen"],
  ] as const) {
    const selection = { by: "diversity", rows: 9, chosen: [other] } as const;
    await expect(chosenDivisions(session, await configured(selection))).rejects.toThrow(message);
  }
  const twice = { by: "diversity", rows: 9, chosen: [chosen, chosen] } as const;
  await expect(chosenDivisions(session, await configured(twice))).rejects.toThrow("2 divisions of messages.csv");
});

test("a row of which a transform has made others is named", async () => {
  const store = new DatasetStore(() => {});
  await store.openFile(file, "train");
  await store.setTokenizer(await openTokenizer(fixtureModel("tiny-llama")));
  await store.setSettings({
    ...store.data.settings,
    transforms: [{ do: "balance", to: "largest", rows: 1 }],
  });
  const selection = { by: "random", rows: 9, chosen: [{ rows: [], hash: "" }] } as const;
  const configuration = await configured(selection);
  await expect(chosenDivisions(new StudioSession(store), configuration)).rejects.toThrow(
    /^Learn from: a change of the training rows makes others of row \d+, and rows are chosen by their numbers/,
  );
});

test.each([
  [{ by: "diversity" }, "needs share or rows, and not both"],
  [{ by: "diversity", share: 0.5, rows: 3 }, "needs share or rows, and not both"],
  [{ by: "random", share: 1 }, "share"],
  [{ by: "random", rows: 3, beside: ["all", "all"] }, "must not name one twice"],
  [{ by: "gain", rows: 3 }, "reference"],
])("a configuration with %j is refused", async (selection, message) => {
  await expect(configured(selection as unknown as RowSelection)).rejects.toThrow(message);
});
