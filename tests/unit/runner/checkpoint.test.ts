import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointFolder, readCheckpoint } from "../../../bin/headless/checkpoint";
import { ConfigurationError, namedFiles } from "../../../bin/headless/files";
import { OutFolder } from "../../../bin/headless/out-folder";
import { evaluations } from "../../../bin/headless/results";
import { keptRunFile } from "../../../src/folders/kept-run";
import { configurationSchema } from "../../../src/plan/configuration";
import { readConfiguration } from "../../../src/plan/read-configuration";

const FIXTURE = fileURLToPath(new URL("../../fixtures/versions/checkpoint-1.json", import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-checkpoint-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(name: string, content: string | Uint8Array): void {
  mkdirSync(join(folder, name, ".."), { recursive: true });
  writeFileSync(join(folder, name), content);
}

describe("a folder to go on in", () => {
  test("of version 1 opens", () => {
    put("checkpoint/checkpoint.json", readFileSync(FIXTURE));
    const { json, searches, adapter } = readCheckpoint(folder);
    expect([searches, adapter]).toEqual([[], "processor"]);
    expect(readConfiguration(json)).toMatchObject({ model: "bundled:tiny-base", data: { train: "../films.csv" } });
  });

  test.each<[Record<string, string>, string]>([
    [{}, "has no comparison that broke off: there is no checkpoint/checkpoint.json in it"],
    [{ "run.json": "{}" }, "has no comparison that broke off"],
    [{ "summary.json": '{"complete": false}' }, "has no comparison that broke off"],
    [{ "summary.json": '{"complete": true}' }, "has finished; there is nothing to go on with"],
    [{ "checkpoint/checkpoint.json": "half of" }, "checkpoint.json is damaged: it is no JSON object"],
    [{ "checkpoint/checkpoint.json": "[]" }, "checkpoint.json is damaged: it is no JSON object"],
    [{ "checkpoint/checkpoint.json": '{"version": 1}' }, "checkpoint.json is damaged"],
    [
      { "checkpoint/checkpoint.json": '{"version": 2}' },
      "checkpoint.json has version 2 and was made by a newer studio",
    ],
  ])("is refused with %j", (files, why) => {
    for (const [name, content] of Object.entries(files)) put(name, content);
    expect(() => readCheckpoint(folder)).toThrow(ConfigurationError);
    expect(() => readCheckpoint(folder)).toThrow(why);
    expect(() => readCheckpoint(folder)).toThrow(folder);
  });

  test("is refused where there is none", () => {
    expect(() => readCheckpoint(join(folder, "gone"))).toThrow(`there is no folder ${join(folder, "gone")}`);
  });
});

describe("a checkpoint", () => {
  const tensor = { name: "a", shape: [2], data: Float32Array.of(1, 2) };
  const values = new Map([["a", tensor.data]]);
  const file = keptRunFile(
    { trainables: [tensor], controllerStates: [] },
    {
      checkpoint: {
        ...{ step: 7, tokens: 1, seconds: 1, flops: 1, values },
        ...{ firstMoments: values, secondMoments: values, controllerStates: new Map() },
      },
      best: null,
      worse: 0,
      ended: null,
    },
    { seed: 0, learningRateFactor: 1, steps: 9, trainRows: 4, train: "a", validation: "b", test: "c", model: "m" },
  );

  function given(data: object = {}, run: object = {}, model = "bundled:tiny-base") {
    return configurationSchema.parse({
      model,
      data: { train: "rows.csv", columns: { text: "text", label: "label" }, ...data },
      runs: [{ name: "LoRA", method: "lora", ...run }],
    });
  }

  function begin(configuration: ReturnType<typeof given>): CheckpointFolder {
    const out = new OutFolder(join(folder, "results"));
    out.begin();
    const checkpoint = new CheckpointFolder(out);
    const files = namedFiles(configuration, folder);
    checkpoint.begin({ configuration, files, searches: [], adapter: "processor" });
    return checkpoint;
  }

  beforeEach(() => {
    put("rows.csv", "text,label\n");
    put("model/config.json", "{}");
    put("results/LoRA/adapter_config.json", "started from");
  });

  test("names files and folders from where it lies", () => {
    begin(given({ validation: "rows.csv", test: "rows.csv" }, {}, "dir:model"));
    const read = readConfiguration(readCheckpoint(join(folder, "results")).json);
    expect(read.data).toMatchObject({ train: "../rows.csv", validation: "../rows.csv", test: "../rows.csv" });
    expect(read.model).toBe("dir:../model");
  });

  test("names data of the Hub as they were named", () => {
    begin(given({ train: "hf:owner/rows", validation: "hf:owner/rows@main:held.csv" }));
    const { data } = readConfiguration(readCheckpoint(join(folder, "results")).json);
    expect(data).toMatchObject({ train: "hf:owner/rows", validation: "hf:owner/rows@main:held.csv" });
  });

  test("keeps a copy of what a run starts from where the run replaces it", () => {
    begin(given({}, { initFrom: "results/LoRA", resume: true }));
    put("results/LoRA/adapter_config.json", "written since");
    const [run] = readConfiguration(readCheckpoint(join(folder, "results")).json).runs;
    const start = join(folder, "results", run!.initFrom!);
    expect(readFileSync(join(start, "adapter_config.json"), "utf8")).toBe("started from");
  });

  test("has a file for each run, the newest, until all is done", async () => {
    const checkpoint = begin(given({}, { initFrom: "results/LoRA" }));
    expect(await checkpoint.states(["LoRA", "other"])).toEqual([]);
    const written = join(folder, "results", "checkpoint", "unfinished", "state 0");
    writeFileSync(written, file);
    checkpoint.keep("LoRA", written);
    const path = join(folder, "results", "checkpoint", "LoRA.safetensors");
    expect(await checkpoint.states(["LoRA", "other"])).toEqual([{ run: "LoRA", path, step: 7 }]);
    // Another comparison begins: its states are its own.
    const another = begin(given());
    expect(await another.states(["LoRA"])).toEqual([]);
    another.remove();
    expect(readdirSync(join(folder, "results"))).toEqual(["LoRA"]);
  });

  test("of a run that was evaluated twice and has none any more is missing, and named", async () => {
    const checkpoint = begin(given());
    const line = (run: string, split: string) => `${JSON.stringify({ run, split, step: 1, loss: 1 })}\n`;
    const counts = (times: number) =>
      evaluations(`${line("LoRA", "validation").repeat(times)}${line("LoRA", "test")}half a li`, new Set(["LoRA"]));
    const none = await checkpoint.states(["LoRA"]);
    expect(() => checkpoint.checkComplete(none, counts(1))).not.toThrow();
    expect(() => checkpoint.checkComplete(none, counts(2))).toThrow(
      /The checkpoint of run "LoRA" is missing: there is no .*LoRA\.safetensors\. Put it back/,
    );
    put("results/checkpoint/LoRA.safetensors", file);
    const kept = await checkpoint.states(["LoRA"]);
    expect(() => checkpoint.checkComplete(kept, counts(2))).not.toThrow();
  });

  test("that is damaged is named", async () => {
    const checkpoint = begin(given());
    put("results/checkpoint/LoRA.safetensors", file.slice(0, 100));
    await expect(checkpoint.states(["LoRA"])).rejects.toThrow("LoRA.safetensors");
  });
});
