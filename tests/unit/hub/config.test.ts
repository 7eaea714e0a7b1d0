import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/hub/config";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "./memory-folder";

describe("config.json", () => {
  it("is read", async () => {
    const config = await readConfig(fixtureModel("tiny-qwen2"));
    expect(config.hidden_size).toBe(48);
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
