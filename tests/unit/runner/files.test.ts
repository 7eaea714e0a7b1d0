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
    [configuration({ train: "train.csv/rows.csv" }), "could not be read: ENOTDIR"],
    [configuration({}, { initFrom: "gone" }), 'runs "a" initFrom: there is no folder'],
    [configuration({}, {}, "dir:train.csv"), "is not a folder"],
  ])("that are missing are an error of the configuration (%#)", (named, said) => {
    expect(() => namedFiles(named, folder)).toThrow(ConfigurationError);
    expect(() => namedFiles(named, folder)).toThrow(said);
  });
});

describe("checkRunNames", () => {
  test("accepts ordinary names", () => {
    expect(() =>
      checkRunNames(["sk-prefix", "LoRA, rank 8", "größer_2.5", "console", "LoRA (rate × 2, seed 0)"]),
    ).not.toThrow();
  });

  const path = "it names a path";
  const characters = "allow no folder with such characters";
  const ends = "drop spaces at the ends";
  test.each([
    ["a/b", path],
    ["a\\b", path],
    ["../thesis", path],
    ["/etc", path],
    ["..", "begin with a dot"],
    [".", "begin with a dot"],
    [".git", "begin with a dot"],
    ["a:b", characters],
    ["a\nb", characters],
    ["a\u007fb", characters],
    ["end.", ends],
    ["end ", ends],
    [" start", ends],
    ["summary.json", "that name is taken"],
    ["Metrics.jsonl", "that name is taken"],
    ["samples.jsonl", "that name is taken"],
    ["checkpoint", "that name is taken"],
    ["NUL", "that name is taken"],
    ["con.v2", "that name is taken"],
    ["Lpt1", "that name is taken"],
    ["COM³", "that name is taken"],
    ["ä".repeat(101), "it takes 202 bytes, and at most 200"],
  ])("refuses %j", (name, why) => {
    expect(() => checkRunNames([name])).toThrow(ConfigurationError);
    expect(() => checkRunNames([name])).toThrow(why);
    expect(() => checkRunNames([name])).toThrow(JSON.stringify(name));
  });

  test("refuses names that would share a folder", () => {
    expect(() => checkRunNames(["lora", "LoRA"])).toThrow('"lora" and "LoRA" would share a folder');
  });
});
