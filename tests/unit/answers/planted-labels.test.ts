/**
 * How well a bag of words finds labels that were changed by hand in the samples: the figures of
 * docs/data.md.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { learnConfidently, softmaxRows } from "../../../src/answers/confident-learning";
import { answerOutOfSample } from "../../../src/answers/out-of-sample";
import { buildDataset } from "../../../src/data/dataset";
import { formats } from "../../../src/data/formats/registry";
import { Random } from "../../../src/data/random";
import { readTable } from "../../../src/data/table";

const { labelsOf } = formats["sequence-classification"];

test.each([
  { file: "questions.csv", rows: 1050, planted: 42, suspects: 56, found: 29 },
  { file: "film-reviews.csv", rows: 1181, planted: 47, suspects: 119, found: 18 },
])("$file: of $suspects suspects $found are among the $planted labels that were changed", async (expected) => {
  const path = new URL(`../../../public/samples/${expected.file}`, import.meta.url);
  const table = await readTable(new File([readFileSync(path)], expected.file));
  const [text, label] = table.columns;
  const { train, validation, labels } = buildDataset(
    { train: table, validation: null, test: null },
    {
      ...{ task: "sequence-classification", columns: { text, textPair: null, label } },
      ...{ validationFraction: 0.1, maxLength: 64, seed: 0 },
    },
  );
  const rows = [...train, ...validation];
  const places = new Random(1, "p").shuffle([...rows.keys()]).slice(0, Math.round(0.04 * rows.length));
  const planted = new Set(places);
  const examples = rows.map((row, place) =>
    planted.has(place) ? { ...row, label: (row.label + 1) % labels.length } : row,
  );
  const logits = await answerOutOfSample({ examples, answer: "label", labels, labelsOf, seed: 0 }, () => {});
  const given = examples.map((row) => row.label);
  const { suspects } = learnConfidently(given, softmaxRows(logits, labels.length), labels.length);
  const found = suspects.filter(({ place }) => planted.has(place)).length;
  expect({ rows: rows.length, planted: planted.size, suspects: suspects.length, found }).toEqual({
    ...{ rows: expected.rows, planted: expected.planted },
    ...{ suspects: expected.suspects, found: expected.found },
  });
});
