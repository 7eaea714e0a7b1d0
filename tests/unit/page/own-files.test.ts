/** Files of one's own: told apart by content, and what is still asked for once one is open. */

import { describe, expect, it } from "vitest";
import { awaitedAfter, fingerprintOf, isSameFile, ownFiles } from "../../../src/page/store/own-files";
import type { OwnFile } from "../../../src/page/store/state";
import type { DataSummary, SampleListing } from "../../../src/worker/api";

const train: OwnFile = { role: "train", file: "t.csv", rows: 10, bytes: 100, fingerprint: "aa" };
const dev: OwnFile = { role: "validation", file: "dev.csv", rows: 5, bytes: 50, fingerprint: null };

describe("a file", () => {
  it("is the same by its content where that is known, whatever it is called, else by name and size", () => {
    expect(isSameFile(train, { ...train, file: "renamed.csv" })).toBe(true);
    expect(isSameFile(train, { ...train, fingerprint: "bb" })).toBe(false);
    expect(isSameFile(dev, { ...dev, fingerprint: "cc" })).toBe(true);
    expect(isSameFile(dev, { ...dev, bytes: 51 })).toBe(false);
  });

  it("has the SHA-256 of its bytes as fingerprint", async () => {
    // Of FIPS 180-2.
    const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    expect(await fingerprintOf([new File(["abc"], "t.csv")])).toBe(abc);
  });
});

describe("what is still asked for", () => {
  const awaited = { linked: null, files: [train, dev] };

  it("is what belongs to the training file, once that is open, by name or by content", () => {
    expect(awaitedAfter(awaited, train)).toEqual({ linked: null, files: [dev] });
    expect(awaitedAfter(awaited, { ...train, fingerprint: "bb" })).toEqual({ linked: null, files: [dev] });
    expect(awaitedAfter(awaited, { ...train, file: "renamed.csv" })).toEqual({ linked: null, files: [dev] });
    expect(awaitedAfter({ linked: null, files: [train] }, train)).toBeNull();
  });

  it("is nothing once another training file is open, or the last of them", () => {
    expect(awaitedAfter(awaited, { ...train, file: "other.csv", fingerprint: "bb" })).toBeNull();
    expect(awaitedAfter({ linked: null, files: [dev] }, dev)).toBeNull();
  });
});

it("a sample is no file of one's own; a validation file beside it is", () => {
  const { role: _, fingerprint: __, ...file } = train;
  const summary = { train: file, validation: { file: "dev.csv", rows: 5, bytes: 50 }, test: null } as DataSummary;
  expect(ownFiles({ summary, sample: null, fingerprints: { train: "aa" } })).toEqual([train, dev]);
  expect(ownFiles({ summary, sample: {} as SampleListing, fingerprints: {} })).toEqual([dev]);
  expect(ownFiles({ summary: null, sample: null, fingerprints: {} })).toEqual([]);
});
