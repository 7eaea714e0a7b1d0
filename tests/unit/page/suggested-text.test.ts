import { describe, expect, it, test } from "vitest";
import config from "../../../public/models/tiny-base/config.json";
import { formats } from "../../../src/data/formats/registry";
import { suggestedText } from "../../../src/data/suggested-text";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { draftRun, draftsFrom } from "../../../src/page/store/configuration";
import { fromFragment, MOST_LINKED_CHANGES, toFragment } from "../../../src/page/store/link";
import { draftsForText, NO_TEXT, runsThatFollow, standardText } from "../../../src/page/store/suggested-text";
import { trainingSchema } from "../../../src/plan/configuration";
import { readLink } from "../../../src/plan/read-link";
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
  it("is the one that somebody gave for the data, which the address carries", () => {
    const given = read("sequence-classification", { text: "t", label: "l" }, ["0", "1"]);
    const settings = { ...given.settings, taskText: "Is the guest content:", labelNames: { 0: "no", 1: "yes" } };
    expect(suggestedText({ ...given, settings })).toBe("Is the guest content:");
    const { data } = fromFragment(toFragment([], trainingSchema.parse({}), [], { data: settings }))!;
    expect(data).toMatchObject({ taskText: "Is the guest content:", labelNames: { 0: "no", 1: "yes" } });
    const family = familyOf(config);
    const model = { family, config: family.readConfig(config) };
    expect(readLink({ training: {}, runs: [], data }, model).data).toMatchObject({
      taskText: "Is the guest content:",
      labelNames: { 0: "no", 1: "yes" },
    });
  });

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

test("an address has a list of changes up to a length; a longer one is not in it", () => {
  const { settings } = read("sequence-classification", { text: "t", label: "l" }, ["a", "b"]);
  const changes = Array.from({ length: MOST_LINKED_CHANGES + 1 }, (_, n) => ({ row: n + 2, leaveOut: true as const }));
  const linked = (list: typeof changes) =>
    fromFragment(toFragment([], trainingSchema.parse({}), [], { data: { ...settings, changes: list } }))!.data!;
  expect(linked(changes.slice(1)).changes).toEqual(changes.slice(1));
  expect(linked(changes)).not.toHaveProperty("changes");
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

  it("are written into an address without the suggestion, which follows the data where it is opened", () => {
    const suggested = "Classify the late or broken:";
    const typed = { ...drafted("sk-prefix"), options: { ...drafted("sk-prefix").options, text: "My own words" } };
    const chosen = draftsForText(
      [drafted("sk-prefix"), drafted("hard-text"), typed],
      descriptions,
      standard,
      suggested,
    );
    const link = fromFragment(toFragment(chosen, trainingSchema.parse({}), descriptions, {}, suggested))!;
    expect(link.runs.map(({ options }) => options)).toEqual([{}, {}, { text: "My own words" }]);
    const waiting = draftsFrom(runsThatFollow(link.runs, descriptions), descriptions);
    expect(waiting.map(({ options }) => options.text)).toEqual([NO_TEXT, NO_TEXT, "My own words"]);
    const opened = draftsForText(waiting, descriptions, NO_TEXT, "Other data:");
    expect(opened.map(({ options }) => options.text)).toEqual(["Other data:", "Other data:", "My own words"]);
  });

  it("keep a text that somebody chose, where it is a method's default", () => {
    const chosen = drafted("sk-prefix");
    expect(chosen.options.text).toBe(standard);
    const written = toFragment([chosen], trainingSchema.parse({}), descriptions, {}, "Classify the late or broken:");
    const link = fromFragment(written)!;
    const { runs } = readLink(link, facts);
    const opened = draftsFrom(
      runsThatFollow(
        runs.map(({ run }) => run),
        descriptions,
      ),
      descriptions,
    );
    expect(draftsForText(opened, descriptions, NO_TEXT, "Other data:")[0]!.options.text).toBe(standard);
  });

  it("swept over texts follow the data with the suggested one, in the address too", () => {
    const suggested = "Classify the late or broken:";
    const [prefix] = draftsForText([drafted("sk-prefix")], descriptions, standard, suggested);
    const swept = { ...prefix!, sweep: { text: [suggested, "My own words"], learningRate: [0.1] } };
    const [moved] = draftsForText([swept], descriptions, suggested, "Other data:");
    expect(moved!.sweep).toEqual({ text: ["Other data:", "My own words"], learningRate: [0.1] });
    const { runs } = readLink(
      fromFragment(toFragment([swept], trainingSchema.parse({}), descriptions, {}, suggested)),
      facts,
    );
    const written = runs.map(({ run }) => run);
    const opened = draftsFrom(runsThatFollow(written, descriptions), descriptions);
    const [there] = draftsForText(opened, descriptions, NO_TEXT, "Other data:");
    expect(there!.sweep).toEqual(moved!.sweep);
    expect(there!.options.text).toBe("Other data:");
  });

  it("leave alone what only looks like a text about the task", () => {
    const ptec = drafted("ptec");
    expect(draftsForText([ptec], descriptions, standard, "Other words")).toEqual([ptec]);
  });
});
