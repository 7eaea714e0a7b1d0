import { describe, expect, it } from "vitest";
import { dataFilesOf, haveSameGround, isOfWhatIsOpen } from "../../../src/page/store/same-ground";
import type { StudioState } from "../../../src/page/store/state";
import type { DataSummary } from "../../../src/worker/api";
import { comparison } from "./events";

const train = { file: "t.csv", rows: 100, bytes: 2000 };
const summary = { train, validation: null } as DataSummary;
const open = (data: DataSummary | null, source: string | null) =>
  ({ data: { summary: data }, model: { summary: source && { source } } }) as unknown as StudioState;

describe("the ground of a comparison", () => {
  const one = comparison([], { dataFiles: dataFilesOf(summary) });

  it("is its files, whatever is trained and for how long", () => {
    const { training } = one.configuration;
    const longer = {
      ...one,
      configuration: { ...one.configuration, training: { ...training, steps: 9, batchSize: 2 } },
    };
    expect(haveSameGround(one, longer)).toBe(true);
    const grown = { ...one, dataFiles: dataFilesOf({ ...summary, train: { ...train, rows: 101 } }) };
    expect(haveSameGround(one, grown)).toBe(false);
    expect(haveSameGround(one, { ...one, dataFiles: [train, { ...train, file: "v.csv" }] })).toBe(false);
  });

  it("is what is open where model and files are; nothing is said against it while they are not", () => {
    expect(isOfWhatIsOpen(one, open(summary, "bundled:m"))).toBe(true);
    expect(isOfWhatIsOpen(one, open(summary, "bundled:other"))).toBe(false);
    expect(isOfWhatIsOpen(one, open({ ...summary, train: { ...train, bytes: 1 } }, "bundled:m"))).toBe(false);
    expect(isOfWhatIsOpen(one, open(null, null))).toBe(true);
    expect(isOfWhatIsOpen(comparison([]), open(summary, "bundled:m"))).toBe(true);
  });
});
