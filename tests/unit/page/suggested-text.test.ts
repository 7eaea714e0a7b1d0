import { describe, expect, it, test } from "vitest";
import config from "../../../public/models/tiny-base/config.json";
import { formats } from "../../../src/data/formats/registry";
import { suggestedText } from "../../../src/data/suggested-text";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { draftRun } from "../../../src/page/store/configuration";
import { draftsForText, standardText } from "../../../src/page/store/suggested-text";
import type { DataSummary } from "../../../src/worker/api";
import { describeMethod } from "../../../src/worker/describe";

type Settings = DataSummary["settings"];

function read(task: Settings["task"], columns: Settings["columns"], labels: readonly string[] = []) {
  return {
    answer: formats[task].answer,
    settings: { task, columns, validationFraction: 0.1, maxLength: 64, seed: 0 },
    labels: labels.map((name) => ({ name, train: 1, validation: 1, test: 0 })),
  };
}

describe("the suggested text", () => {
  test.each([
    [
      "sequence-classification",
      { text: "t", label: "l" },
      ["positive", "Negative"],
      "Classify the positive or negative sentiment from the text",
    ],
    [
      "sequence-classification",
      { text: "t", label: "l" },
      ["Sports_News", "world"],
      "Classify the sports news or world from the text:",
    ],
    [
      "sequence-classification",
      { text: "t", textPair: "u", label: "l" },
      ["neutral", "entailment", "contradiction"],
      "Recognize the textual entailment from the text:",
    ],
    [
      "sequence-classification",
      { text: "t", textPair: "u", label: "l" },
      ["same", "other"],
      "Classify the same or other from the two texts:",
    ],
    ["sequence-classification", { text: "t", label: "intent" }, ["0", "1"], "Classify the intent:"],
    ["sequence-classification", { text: "t", label: "label" }, ["0", "1"], "Classify the text:"],
    [
      "multi-label-classification",
      { text: "t", labels: ["a"] },
      ["late", "broken"],
      "Find every late or broken in the text:",
    ],
    [
      "regression",
      { text: "t", textPair: "u", number: "relatedness_score" },
      [],
      "Rate the relatedness score of the two texts:",
    ],
    ["regression", { text: "t", number: "score" }, [], "Rate the number of the text:"],
    ["token-classification", { tokens: "t", tags: "g" }, ["B-LOC", "O"], "classify the token of the text:"],
    ["causal-lm", { prompt: "{p}", response: "{r}" }, [], "Write the response to the text:"],
  ] as const)("%s, %j, %j: %s", (task, columns, labels, text) => {
    expect(suggestedText(read(task, columns as Settings["columns"], labels))).toBe(text);
  });

  it("names no more labels than an input can bear", () => {
    const many = Array.from({ length: 9 }, (_, index) => `topic ${index}`);
    expect(suggestedText(read("sequence-classification", { text: "t", label: "topic" }, many))).toBe(
      "Classify the topic:",
    );
    const long = ["one", "two"].map((name) => name.repeat(30));
    expect(suggestedText(read("sequence-classification", { text: "t", label: "y" }, long))).toBe("Classify the text:");
  });
});

describe("runs", () => {
  const family = familyOf(config);
  const facts = { family, config: family.readConfig(config) };
  const descriptions = approaches.map((method) => describeMethod(method, facts));
  const standard = standardText(descriptions)!;
  const drafted = (id: string) => draftRun(descriptions.find((method) => method.id === id)!, []);

  it("take the suggestion where their text stands at the one before, and keep what was typed", () => {
    const typed = { ...drafted("sk-prefix"), options: { ...drafted("sk-prefix").options, text: "My own words" } };
    const runs = [drafted("sk-prefix"), drafted("hard-text"), drafted("lora"), typed];
    const [prefix, hard, lora, own] = draftsForText(runs, descriptions, standard, "Classify the late or broken:");
    expect(prefix!.options.text).toBe("Classify the late or broken:");
    expect(hard!.options.text).toBe("Classify the late or broken:");
    expect(lora).toBe(runs[2]);
    expect(own).toBe(typed);
  });

  it("leave alone what only looks like a text about the task", () => {
    const ptec = drafted("ptec");
    expect(draftsForText([ptec], descriptions, standard, "Other words")).toEqual([ptec]);
  });
});
