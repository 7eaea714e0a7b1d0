/**
 * Log files of a comparison: byte by byte what TensorBoard's writer makes, and the JSONL beside.
 */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folderNames, isLogFile, logFiles } from "../../../src/logs/log-files";
import type { LogPoint } from "../../../src/logs/points";
import { eventFile } from "../../../src/logs/tensorboard";
import { reportFacts, reportRun } from "../report/facts";

const NAME = "events.out.tfevents.1700000000.studio";

test("an event file is what TensorBoard's own writer makes of the same", () => {
  const expected = readFileSync(new URL(`../../fixtures/logs/${NAME}`, import.meta.url));
  const points: LogPoint[] = [
    { step: 0, seconds: 0, values: { "eval/loss": 1.25, "eval/accuracy": 0.1 } },
    { step: 300, seconds: 1.5, values: { "train/loss": Number.NaN, "train/learning_rate": 3e-5 } },
  ];
  const written = eventFile(points, new Date(1700000000500), "```json\n{}\n``` ünïcode");
  expect(Buffer.from(written).toString("hex")).toBe(expected.toString("hex"));
});

describe("log files", () => {
  const files = logFiles(
    reportFacts({
      started: new Date(1700000000500),
      runs: [
        reportRun("LoRA", { steps: 2, seconds: 0.5 }),
        reportRun("Examples", { steps: 0, curves: { steps: [], evaluations: [] }, test: null }),
        reportRun("a/b", { steps: 2, test: null }),
      ],
    }),
  );
  const textOf = (path: string) => Buffer.from(files.find((file) => file.path === path)!.bytes).toString("utf8");

  test("have a folder for each run that told anything, with names that any system takes", () => {
    const names = [NAME, "history.jsonl", "config.json", "summary.json"];
    expect(files.map(({ path }) => path)).toEqual(
      ["LoRA", "a_b"].flatMap((run) => names.map((name) => `${run}/${name}`)),
    );
    for (const name of names) expect(isLogFile(name)).toBe(true);
    for (const name of ["notes.txt", "events.out.tfevents.1.elsewhere"]) expect(isLogFile(name)).toBe(false);
  });

  test("have one object for each step, by the names of Hugging Face's Trainer and W&B", () => {
    const lines = textOf("LoRA/history.jsonl")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ _step }) => _step)).toEqual([0, 1, 2]);
    expect(lines[0]).toEqual({
      ...{ _step: 0, _runtime: 0, _timestamp: 1700000000.5 },
      ...{ "eval/loss": 1.1, "eval/accuracy": 0.25 },
    });
    expect(lines[2]).toEqual({
      ...{ _step: 2, _runtime: 0.5, _timestamp: 1700000001 },
      // What is no number is null in JSON.
      ...{ "train/loss": null, "train/learning_rate": 0.001, "train/grad_norm": 2, "train/epoch": 0.2 },
      ...{ "train/num_input_tokens_seen": 80, "eval/loss": 0.9, "eval/accuracy": 0.75 },
      ...{ "test/loss": 0.8, "test/accuracy": 0.5 },
    });
    expect(JSON.parse(textOf("LoRA/summary.json"))).toMatchObject({
      _step: 2,
      state: "finished",
      "eval/accuracy": 0.75,
    });
    expect(textOf("a_b/history.jsonl")).not.toContain("test/");
  });

  test("have the run's settings, without labelled examples", () => {
    const { run, training, versions } = JSON.parse(textOf("LoRA/config.json"));
    expect(run).toMatchObject({
      name: "LoRA",
      method: "lora",
      title: "LoRA",
      learningRate: 0.001,
      options: { rank: 8 },
    });
    expect(training).toMatchObject({ batchSize: 8 });
    expect(versions).toEqual({ studio: "1.2.3" });
    for (const { bytes } of files) expect(Buffer.from(bytes).toString("latin1")).not.toContain("fever");
  });
});

test("runs whose names become one have folders of their own", () => {
  expect(folderNames(["a/b", "a:b", "A?b", "...", "  ", "x".repeat(300)])).toEqual([
    ...["a_b", "a_b (2)", "A_b (3)", "run", "run (2)"],
    "x".repeat(100),
  ]);
});
