/**
 * The finished comparisons that come with the page: each file can be read as what it is, is of a
 * sample and a model as they are shipped, and its lesson says nothing that it does not hold.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { tableFingerprint } from "../../../src/data/fingerprint";
import { readTable } from "../../../src/data/table";
import { comparisonId, entries } from "../../../src/page/gallery/entries";
import { readGalleryFile, writeGalleryFile } from "../../../src/page/gallery/gallery-file";
import { lessons } from "../../../src/page/tour/lessons";
import { metricNames } from "../../../src/tasks/metrics/names";
import { formats, withVersion } from "../../../src/versions/versions";

const shipped = new URL("../../../public/", import.meta.url);
const textOf = (path: string) => readFileSync(new URL(path, shipped), "utf8");
const samples: { id: string; file: string; title: string; rows: number }[] = JSON.parse(textOf("samples/index.json"));
const models: { name: string; files: Record<string, { sha256: string }> }[] = JSON.parse(textOf("models/index.json"));

test("the gallery is the files of its entries, and together below 1 MB", () => {
  const names = readdirSync(new URL("gallery", shipped)).sort();
  expect(names).toEqual(entries.map(({ id }) => `${id}.json`).sort());
  const bytes = names.map((name) => statSync(new URL(`gallery/${name}`, shipped)).size);
  expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1e6);
});

describe.each(entries)("$id", ({ id, sample }) => {
  const text = textOf(`gallery/${id}.json`);
  const comparison = readGalleryFile(text);
  const listing = samples.find((one) => one.id === sample)!;

  test("is of the version that is written today, finished and judged", () => {
    expect(JSON.parse(text).version).toBe(withVersion(formats.session, {}).version);
    expect(comparison).toMatchObject({ id: comparisonId(id), state: "finished", dataTitle: listing.title });
    expect(comparison.runs.map(({ state }) => state)).toEqual(comparison.runs.map(() => "finished"));
    expect(comparison.verdict?.sentences.length).toBeGreaterThan(0);
  });

  test("is of the sample and the model as they are shipped", async () => {
    const { size } = statSync(new URL(`samples/${listing.file}`, shipped));
    expect(comparison.dataFiles).toEqual([{ file: listing.file, rows: listing.rows, bytes: size }]);
    const table = await readTable(new File([textOf(`samples/${listing.file}`)], listing.file));
    const fingerprint = await tableFingerprint(table);
    expect(comparison.identity?.tables).toMatchObject([{ file: listing.file, fingerprint }]);
    const model = models.find(({ name }) => name === comparison.modelName)!;
    for (const { name, sha256 } of comparison.identity!.model!.files!) {
      expect(sha256, name).toBe(model.files[name]!.sha256);
    }
  });

  test("has every run's whole way, and says of it what the verdict says", () => {
    for (const { curves, variant } of comparison.runs) {
      expect(Array.from(curves.steps.column("step"))).toEqual(
        Array.from({ length: comparison.steps }, (_, index) => index + 1),
      );
      expect(curves.evaluations.last("step")).toBe(comparison.steps);
      expect(curves.evaluations.last("accuracy")).toBeGreaterThan(0);
      expect(comparison.verdict!.runs.map(({ run }) => run)).toContain(variant.run);
    }
    for (const { run, value } of comparison.verdict!.runs) {
      const ends = comparison.runs.filter(({ variant }) => variant.run === run);
      const mean = ends.reduce((sum, { curves }) => sum + curves.evaluations.last("accuracy")!, 0) / ends.length;
      expect(mean).toBeCloseTo(value, 5);
    }
  });

  test("is written again as it was read", () => {
    expect(JSON.parse(writeGalleryFile(comparison))).toEqual(JSON.parse(text));
  });

  test("has a lesson of about five places, whose every figure is in the file", () => {
    const stops = lessons[id](comparison);
    expect(stops.length).toBeGreaterThanOrEqual(5);
    expect(stops.length).toBeLessThanOrEqual(6);
    const shares = comparison.runs.flatMap(({ curves }) =>
      metricNames.flatMap((name) => Array.from(curves.evaluations.column(name))),
    );
    const bounds = comparison.verdict!.runs.flatMap(({ value, low, high }) => [value, low, high]);
    const percents = new Set([...shares, ...bounds].map((share) => (share * 100).toFixed(1)));
    for (const { text: said } of stops) {
      expect(said).not.toMatch(/undefined|null|NaN|\{\}/);
      for (const [, figure] of said.matchAll(/(\d+\.\d) %/g)) {
        const trained = comparison.runs.some(({ trainable }) => trainable?.percentOfBase.toFixed(1) === figure);
        expect(trained || percents.has(figure!), `${figure} % in "${said}"`).toBe(true);
      }
    }
  });
});

test("a cut or a foreign file is refused", () => {
  const text = textOf("gallery/prefix.json");
  expect(() => readGalleryFile(text.slice(0, 1000))).toThrow();
  expect(() => readGalleryFile(text.replace(/"version":\d+/, '"version":99'))).toThrow(/99/);
  expect(() => readGalleryFile(text.replace('"modelName"', '"model name"'))).toThrow(/modelName/);
});
