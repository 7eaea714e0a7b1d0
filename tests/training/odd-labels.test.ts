/**
 * Labels that are called like members that every object of JavaScript has train like any others:
 * the same numbers, under their own names, in losses with weights by hand, reports and predictions.
 */

import Papa from "papaparse";
import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { readTable } from "../../src/data/table";
import { predictTable } from "../../src/worker/predictions";
import { fixtureJson, fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { classReport, createComparison, tinyData, tinyRows } from "./tiny-comparison";

const ODD = ["__proto__", "constructor", "hasOwnProperty", "toString", "valueOf"];

test("they train, weigh, report and are predicted like others", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [12, 16, 9, 7, 8, 11]);
  const data = tinyData(rows, rows);
  const { rows: texts } = (await fixtureJson("cases/data.json")).tasks["sequence-classification"];
  const table = await readTable(
    new File([Papa.unparse(texts.map(({ text }: { text: string }) => ({ text })))], "a.csv"),
  );

  const trained = async (labels: readonly string[], heavy: string) => {
    const created = createComparison(executor, model, {
      data: { ...data, labels },
      runs: [{ name: "head", method: "linear-probe", learningRate: 0.05 }],
      training: { steps: 6, classWeights: { [heavy]: 5 } },
    });
    await created.comparison.prepare();
    await created.comparison.train();
    const { perClass, confusion } = classReport(created, "head");
    const { csv } = await predictTable(
      table,
      { text: "text", textPair: null },
      { run: "head" },
      {
        tokenizer: model.tokenizer,
        of: () => ({ comparison: created.comparison, data: { ...data, labels } }),
        progress: () => {},
      },
    );
    const predicted = Papa.parse<Record<string, string>>(csv, { header: true }).data.map((row) => [
      row.prediction,
      row.probability,
    ]);
    const losses = created.losses("head");
    await created.comparison.release();
    return { perClass, confusion, predicted, losses };
  };
  const plain = await trained(data.labels, data.labels[1]!);
  const odd = await trained(ODD, ODD[1]!);

  const renamed = (label: string) => ODD[data.labels.indexOf(label)]!;
  expect(odd.losses).toEqual(plain.losses);
  expect(odd.confusion).toEqual(plain.confusion);
  expect(odd.perClass.rows).toEqual(plain.perClass.rows.map((own) => ({ ...own, label: renamed(own.label) })));
  expect(odd.predicted).toEqual(plain.predicted.map(([label, chance]) => [renamed(label!), chance]));
  // Else one label for all rows would have passed as well.
  expect(new Set(plain.predicted.map(([label]) => label)).size).toBeGreaterThan(1);
  model.release();
});
