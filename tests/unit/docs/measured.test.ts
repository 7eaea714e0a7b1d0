/**
 * The tables of docs/measured.md that training made are those of the results in `bench/results`,
 * and each result is of the configuration that lies in `bench/tables`; those of memory are of the
 * samples in `bench/soak`.
 */

import { expect, test } from "vitest";
import soaked from "../../../bench/soak/measured.json";
import { memoryTables, type Soaked } from "../../../bench/soak/table";
import { readsWords } from "../../../src/methods/answerer";
import { approachOf } from "../../../src/methods/registry";
import searchedRates from "../../../src/methods/searched-rates.json";
import { readConfiguration } from "../../../src/plan/read-configuration";
import { allResults, cellNames, configurationOf, keptNames } from "../../../tools/tables/cells.mjs";
import { marked } from "../../../tools/tables/documents.mjs";
import { type CellResult, searchedRates as ratesOf, trainedTables } from "../../../tools/tables/measured";

/** Throws an Error naming what does not fit. */
const readTable = (name: string) => readConfiguration(JSON.stringify(configurationOf(name)));

test("every kept result is of today's configuration of its name", () => {
  expect(cellNames()).toEqual(expect.arrayContaining(["comparisons/minilm-trec", "searches/minilm-trec-a"]));
  expect(keptNames()).toEqual([...allResults().keys()]);
});

test("every configuration is one, and asks no encoder for words", () => {
  const encoders = cellNames().filter((name) => /minilm/.test(readTable(name).model));
  expect(encoders.length).toBeGreaterThan(10);
  for (const name of encoders) {
    const { runs } = readTable(name);
    expect(
      runs.filter(({ method }) => readsWords(approachOf(method))),
      name,
    ).toEqual([]);
  }
});

test("the document has the tables of the kept results", () => {
  for (const [name, lines] of Object.entries(trainedTables(allResults()))) {
    expect(marked("docs/measured.md", name).lines, name).toEqual(lines);
  }
});

test("every kept search has come to its end", () => {
  for (const [name, { configuration, searches }] of allResults()) {
    if (!name.startsWith("searches/")) continue;
    expect(
      searches.map(({ run }) => run),
      name,
    ).toEqual(configuration.runs.map((run) => run.name));
  }
});

test("default rates are those that the kept searches found", () => {
  expect(searchedRates).toEqual(ratesOf(allResults()));
});

test("the document has the tables of memory of the kept samples", () => {
  expect(soaked.map(({ executor }) => executor)).toContain("processor");
  for (const [name, lines] of Object.entries(memoryTables(soaked as unknown as Soaked[]))) {
    expect(marked("docs/measured.md", name).lines, name).toEqual(lines);
  }
});

/** Two tuned runs and a control; which pairs are beyond luck is given. */
function comparison(beyondLuck: readonly [string, string][]): CellResult {
  const runs = (["LoRA", "Prefix tuning", "Head only"] as const).map((run, index) => ({
    ...{ run, kind: run === "Head only" ? ("control" as const) : ("tuned" as const), seeds: 3, parameters: 10 },
    ...{ remarks: [], value: 0.8 - index / 10, low: 0.7 - index / 10, high: 0.9 - index / 10 },
  }));
  const pairs = [
    ["LoRA", "Prefix tuning"],
    ["LoRA", "Head only"],
    ["Prefix tuning", "Head only"],
  ].map(([first, second]) => ({
    ...{ first: first!, second: second!, difference: { value: 0.1, low: 0, high: 0.2 }, p: 0.5, adjustedP: 0.5 },
    test: "rows and seeds" as const,
    beyondLuck: beyondLuck.some(([one, other]) => one === first && other === second),
  }));
  return {
    configuration: { runs: runs.map(({ run }) => ({ name: run, method: "lora", options: {} })) },
    seconds: 1800,
    searches: [],
    verdict: {
      ...{ metric: "accuracy", metricChangedAfterTraining: false, part: "test", rows: 300, looks: 1, runs, pairs },
      ...{
        chance: null,
        majority: null,
        againstMajority: null,
        claims: [],
        needed: null,
        onlyLabel: null,
        leftOut: [],
      },
      sentences: ["No run is ahead beyond luck."],
    },
  };
}

const rowsOf = (beyondLuck: readonly [string, string][]) =>
  trainedTables(new Map([["comparisons/minilm-trec", comparison(beyondLuck)]])).main!;

test("a comparison's table has a row for each run, with its interval, and the runner's sentences", () => {
  expect(rowsOf([])).toEqual([
    "|  | MiniLM-L6, TREC: accuracy |",
    "|---|---:|",
    "| LoRA | 80.0 [70.0, 90.0] |",
    "| Prefix tuning | 70.0 [60.0, 80.0] |",
    "| Head only | 60.0 [50.0, 70.0] |",
    "",
    "- **MiniLM-L6, TREC.** No run is ahead beyond luck.",
  ]);
});

test("bold is what is ahead of every control beyond luck, and behind nothing", () => {
  const bold = (beyondLuck: readonly [string, string][]) =>
    rowsOf(beyondLuck).filter((line) => line.includes("**") && line.startsWith("|"));
  expect(bold([["LoRA", "Head only"]])).toEqual(["| LoRA | **80.0** [70.0, 90.0] |"]);
  expect(bold([["LoRA", "Prefix tuning"]])).toEqual([]);
  expect(
    bold([
      ["LoRA", "Head only"],
      ["Prefix tuning", "Head only"],
    ]),
  ).toHaveLength(2);
  expect(
    bold([
      ["LoRA", "Prefix tuning"],
      ["LoRA", "Head only"],
      ["Prefix tuning", "Head only"],
    ]),
  ).toHaveLength(1);
});

test("hours are the sum of the cells'", () => {
  expect(trainedTables(new Map([["comparisons/minilm-trec", comparison([])]])).hours!.join(" ")).toContain(
    "the comparisons 0.5,",
  );
});
