import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigurationError, checkRunNames, namedFiles } from "../../../bin/headless/files";
import { type Configuration, configurationSchema } from "../../../src/plan/configuration";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-files-"));
  writeFileSync(join(folder, "train.csv"), "text,label\n");
  mkdirSync(join(folder, "adapter"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function configuration(data: object = {}, run: object = {}, model = "bundled:small"): Configuration {
  return configurationSchema.parse({
    model,
    data: { train: "train.csv", columns: { text: "text", label: "label" }, ...data },
    training: { steps: 1 },
    runs: [{ name: "a", method: "lora", ...run }],
  });
}

describe("namedFiles", () => {
  test("are found beside the configuration", () => {
    expect(namedFiles(configuration({ validation: 0.2 }), folder)).toEqual({
      train: join(folder, "train.csv"),
      validation: null,
      test: null,
      model: null,
      initFrom: new Map(),
    });
  });

  test("include the test file", () => {
    expect(namedFiles(configuration({ test: "train.csv" }), folder).test).toBe(join(folder, "train.csv"));
    expect(namedFiles(configuration({ test: { folds: 5 } }), folder).test).toBeNull();
  });

  test("include the validation file, a model's folder and adapters to start from", () => {
    const named = namedFiles(
      configuration({ validation: "./train.csv" }, { initFrom: "adapter" }, "dir:adapter"),
      folder,
    );
    expect(named.validation).toBe(join(folder, "train.csv"));
    expect(named.model).toBe(join(folder, "adapter"));
    expect(named.initFrom).toEqual(new Map([["a", join(folder, "adapter")]]));
  });

  test.each([
    [configuration({ train: "gone.csv" }), "data.train: there is no file"],
    [configuration({ validation: "gone.csv" }), "data.validation: there is no file"],
    [configuration({ test: "gone.csv" }), "data.test: there is no file"],
    [configuration({ train: "adapter" }), "is not a file"],
    [configuration({}, { initFrom: "gone" }), 'runs "a" initFrom: there is no folder'],
    [configuration({}, {}, "dir:train.csv"), "is not a folder"],
  ])("that are missing are an error of the configuration (%#)", (named, said) => {
    expect(() => namedFiles(named, folder)).toThrow(ConfigurationError);
    expect(() => namedFiles(named, folder)).toThrow(said);
  });
});

describe("checkRunNames", () => {
  test("accepts ordinary names", () => {
    expect(() => checkRunNames(["sk-prefix", "LoRA, rank 8", "größer_2.5"])).not.toThrow();
  });

  test.each(["..", "a/b", "a\\b", "summary.json", "Metrics.jsonl", "samples.jsonl", "a\nb", "end.", "a:b"])(
    "refuses %j",
    (name) => {
      expect(() => checkRunNames([name])).toThrow(ConfigurationError);
    },
  );

  test("refuses names that would share a folder", () => {
    expect(() => checkRunNames(["lora", "LoRA"])).toThrow('"lora" and "LoRA" would share a folder');
  });
});
