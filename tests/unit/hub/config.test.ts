import { describe, expect, it } from "vitest";
import { readConfig, requireFamily } from "../../../src/hub/config";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "./memory-folder";

describe("config.json", () => {
  it("is read, and its family checked by name", async () => {
    const config = await readConfig(fixtureModel("tiny-qwen2"));
    expect(config.hidden_size).toBe(48);
    expect(requireFamily(config, ["llama", "qwen2"] as const)).toBe("qwen2");
    expect(() => requireFamily({ model_type: "mamba" }, ["llama", "gpt2"])).toThrow(
      /family "mamba" is not supported\. Supported families: llama, gpt2\./,
    );
    expect(() => requireFamily({}, ["llama"])).toThrow(/names no model_type.*llama/);
  });

  it.each([
    [{}, /dir:test has no config\.json/],
    [{ "config.json": "{," }, /config\.json is not a JSON file/],
    [{ "config.json": "[1]" }, /config\.json does not hold a JSON object/],
    [{ "config.json": new Uint8Array([0xff, 0xfe]) }, /config\.json is not a JSON file/],
  ])("%o is an error", async (files, message) => {
    await expect(readConfig(memoryFolder(files as Record<string, string>))).rejects.toThrow(message);
  });
});
