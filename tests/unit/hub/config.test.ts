import { describe, expect, it } from "vitest";
import { readConfig } from "../../../src/hub/config";
import { fixtureModel } from "../../fixtures/reference";
import { memoryFolder } from "./memory-folder";

describe("config.json", () => {
  it.each([
    ["a byte order mark", '\ufeff{"a":{"b":1},"c":{"b":1}}', { a: { b: 1 }, c: { b: 1 } }],
    ["brackets, quotes and backslashes in texts", '{"a\\"{":"[{","b\\\\":"\\\\"}', { 'a"{': "[{", "b\\": "\\" }],
    ["texts in a list that are alike", '{"a":["b","b"],"b":"b"}', { a: ["b", "b"], b: "b" }],
    ["spaces before colons", '{"a" :1 ,"b"\n:[{"a"\t:2}]}', { a: 1, b: [{ a: 2 }] }],
  ])("with %s is read", async (_, text, value) => {
    expect(await readConfig(memoryFolder({ "config.json": text }))).toEqual(value);
  });

  it("is read", async () => {
    const config = await readConfig(fixtureModel("tiny-qwen2"));
    expect(config.hidden_size).toBe(48);
  });

  it.each([
    [{}, /dir:test has no config\.json/],
    [{ "config.json": "{," }, /config\.json is not JSON/],
    [{ "config.json": '{"a":1,"b":{"c":1,"\\u0063":2}}' }, /config\.json has the key "c" twice/],
    [{ "config.json": '{"a":"\\ud83d\\ude00","b":"\\ud800"}' }, /config\.json has half of a character at 24/],
    [{ "config.json": `${"[".repeat(129)}${"]".repeat(129)}` }, /config\.json is nested deeper than 128/],
    [{ "config.json": `{"${"k".repeat(4000)}":1,"${"k".repeat(4000)}":2}` }, /k{80}… \(4000 characters\)" twice/],
    [{ "config.json": "[1]" }, /config\.json does not hold a JSON object/],
    [{ "config.json": new Uint8Array([0xff, 0xfe]) }, /config\.json is not UTF-8 text/],
  ])("%o is an error", async (files, message) => {
    await expect(readConfig(memoryFolder(files as Record<string, string>))).rejects.toThrow(message);
  });
});
