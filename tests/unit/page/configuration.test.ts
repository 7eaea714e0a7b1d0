import { describe, expect, it } from "vitest";
import {
  draftRun,
  draftsForModel,
  draftsFrom,
  effectiveLearningRate,
  freeName,
  isSearchable,
  searchOf,
  weightsByName,
} from "../../../src/page/store/configuration";
import { fromFragment, toFragment } from "../../../src/page/store/link";
import type { DraftRun } from "../../../src/page/store/state";
import type { MethodDescription } from "../../../src/worker/api";
import { comparison } from "./events";

const lora: MethodDescription = {
  id: "lora",
  title: "LoRA",
  summary: "",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank"],
  loadedBy: "PEFT",
  optionsSchema: {},
  defaults: { rank: 8, targets: ["q_proj"] },
  conversions: [],
  summable: true,
  lossOverWords: false,
  learningRate: 0.0003,
  headOnly: false,
  card: { trains: "", attaches: "", costs: "", fails: "", paper: null },
};
const { training } = comparison([]).configuration;

it("weights of labels that other data had are told apart from those of the open ones", () => {
  const labels = ["oppose", "support"].map((name) => ({ name, train: 3, validation: 1, test: 0 }));
  const given = { support: 2.5, toString: 3, Support: 1 };
  expect(weightsByName(given, { labels })).toEqual({ known: { support: 2.5 }, unknown: ["toString", "Support"] });
  expect(weightsByName({}, { labels })).toEqual({ known: {}, unknown: [] });
});

describe("drafts", () => {
  it("gives every run its own name and appearance", () => {
    const runs: DraftRun[] = [];
    for (let i = 0; i < 3; i++) runs.push(draftRun(lora, runs));
    expect(runs.map((run) => run.name)).toEqual(["LoRA", "LoRA 2", "LoRA 3"]);
    expect(runs.map((run) => run.slot)).toEqual([0, 1, 2]);
    expect(draftRun(lora, [runs[0], runs[2]] as DraftRun[])).toMatchObject({ name: "LoRA 2", slot: 1 });
    expect(freeName("LoRA 2", ["LoRA", "LoRA 2"])).toBe("LoRA 3");
    expect(freeName("  ", [])).toBe("Run");
    expect(freeName("x".repeat(80), ["x".repeat(56)]).length).toBeLessThanOrEqual(60);
  });

  it("a file's learning rate stays with what trains and is dropped from what trains nothing", () => {
    const zeroShot = { ...lora, id: "zero-shot", title: "Zero-shot prompt", learningRate: null };
    const runs = ["lora", "zero-shot"].map((method) => ({ name: method, method, learningRate: 0.01, options: {} }));
    const drafts = draftsFrom(runs, [lora, zeroShot]);
    expect(drafts.map(({ learningRate }) => learningRate)).toEqual([0.01, null]);
    const shared = { learningRate: 0.1, headLearningRate: 0.005 };
    expect(effectiveLearningRate(runs[0]!, shared, lora)).toBe(0.01);
    expect(effectiveLearningRate({ learningRate: null }, shared, lora)).toBe(0.1);
    expect(effectiveLearningRate(runs[1]!, shared, zeroShot)).toBeNull();
  });

  it("what trains its head alone learns at the rate of all heads", () => {
    const probe = { ...lora, id: "linear-probe", headOnly: true };
    const own = { learningRate: null };
    expect(effectiveLearningRate(own, { learningRate: 0.1, headLearningRate: 0.005 }, probe)).toBe(0.005);
    expect(effectiveLearningRate({ learningRate: 0.02 }, { headLearningRate: 0.005 }, probe)).toBe(0.02);
    expect(effectiveLearningRate(own, { learningRate: 0.1, headLearningRate: "adapter" }, probe)).toBe(0.1);
    expect(effectiveLearningRate(own, { headLearningRate: "adapter" }, probe)).toBe(0.0003);
  });

  it("a rate that is to be searched stays so, and counts as the method's own until it is found", () => {
    const [draft] = draftsFrom([{ name: "a", method: "lora", learningRate: "search", options: {} }], [lora]);
    expect(draft!.learningRate).toBe("search");
    expect(fromFragment(toFragment([draft!], training, [lora]))!.runs[0]).toMatchObject({ learningRate: "search" });
    const shared = { learningRate: 0.1, headLearningRate: 0.005 };
    expect(effectiveLearningRate(draft!, shared, lora)).toBe(0.0003);
    expect(effectiveLearningRate({ learningRate: null }, { ...shared, learningRate: "search" }, lora)).toBe(0.0003);
  });

  it("only a rate of an adapter is searched, and counts as found while it is the one chosen", () => {
    const shared = { headLearningRate: 0.005 };
    const head = { ...lora, headOnly: true };
    expect(isSearchable({}, shared, lora)).toBe(true);
    expect(isSearchable({}, shared, head)).toBe(false);
    expect(isSearchable({}, { headLearningRate: "adapter" }, head)).toBe(true);
    expect(isSearchable({ initFrom: "folder" }, shared, lora)).toBe(false);
    expect(isSearchable({}, shared, { ...lora, learningRate: null })).toBe(false);
    const search = {
      ...{ run: "a", own: 0.0003, chosen: 0.003, found: null, doubt: null, trials: [], trainRows: 8, heldRows: 2 },
      cost: { steps: 1, tokens: 1, seconds: 1 },
    };
    expect(searchOf({ learningRate: 0.003, search })).toBe(search);
    expect(searchOf({ learningRate: 0.004, search })).toBeUndefined();
    expect(searchOf({ learningRate: null })).toBeUndefined();
  });

  it("how a rate was found stays, in drafts and in the address, until the rate is another", () => {
    const facts = { trialSteps: 310, trainRows: 80, heldRows: 20, steps: 40, model: "m", rows: "aa", settings: "bb" };
    const run = { name: "a", method: "lora", learningRate: 0.003, foundRate: { rate: 0.003, ...facts }, options: {} };
    const [draft] = draftsFrom([run], [lora]);
    const linked = (one: typeof draft) => fromFragment(toFragment([one!], training, [lora]))!.runs[0];
    expect(linked(draft)).toEqual(run);
    const changed = linked({ ...draft!, learningRate: 0.004 });
    expect(changed).toMatchObject({ learningRate: 0.004 });
    expect(changed).not.toHaveProperty("foundRate");
  });

  it("a run's own weight decay stays, in drafts and in the address", () => {
    const [draft] = draftsFrom([{ name: "a", method: "lora", weightDecay: 0, options: {} }], [lora]);
    expect(draft).toMatchObject({ weightDecay: 0 });
    expect(fromFragment(toFragment([draft!], training, [lora]))!.runs[0]).toMatchObject({ weightDecay: 0 });
    expect(draftRun(lora, [])).not.toHaveProperty("weightDecay");
  });

  it("names a method it does not have", () => {
    expect(() => draftsFrom([{ name: "a", method: "nope", options: {} }], [lora])).toThrow(/"nope".*lora/);
  });
});

it("on another model defaults become its defaults; what was chosen, and its problems, stay", () => {
  const gpt2 = { ...lora, defaults: { rank: 8, targets: ["c_attn"], scale: 1 } };
  const chosen = draftRun(lora, [], { options: { rank: 4, targets: ["k_proj"] } });
  const marked = { ...draftRun(lora, [chosen]), problems: { rank: "Too large." } };
  const [kept, moved] = draftsForModel([chosen, marked], [lora], [gpt2]);
  expect(kept!.options).toEqual({ rank: 4, targets: ["k_proj"], scale: 1 });
  expect(moved).toEqual({ ...marked, options: { rank: 8, targets: ["c_attn"], scale: 1 } });
});

describe("the address", () => {
  it("gives back what it was made from, without the defaults and in safe letters", () => {
    const run = draftRun(lora, [], { name: "Größe ≥ 8?", options: { rank: 4 }, learningRate: 0.01 });
    const data = {
      task: "regression",
      columns: { text: "Größe", textPair: null, number: "y" },
      test: { folds: 5 },
    } as const;
    const fragment = toFragment([run], training, [lora], { data });
    expect(fragment).toMatch(/^#c=[\w-]+$/);
    expect(fromFragment(fragment)).toEqual({
      data,
      training,
      runs: [{ name: "Größe ≥ 8?", method: "lora", learningRate: 0.01, options: { rank: 4 } }],
    });
    const changes = [{ row: 12, label: "HUM", fingerprint: "0123456789ab" }];
    expect(fromFragment(toFragment([run], training, [lora], { data: { ...data, changes } }))!.data).toEqual({
      ...data,
      changes,
    });
    expect(fromFragment(toFragment([run], training, [lora], { data: { ...data, changes: [] } }))!.data).toEqual(data);
    const headerless = { ...data, header: false };
    expect(fromFragment(toFragment([run], training, [lora], { data: headerless }))!.data).toEqual(headerless);
    expect(fromFragment(toFragment([run], training, [lora], { data: { ...data, header: true } }))!.data).toEqual(data);
  });

  it("leaves out runs that start from a folder, which is not there for others", () => {
    const started = draftRun(lora, [], { initFrom: "imported:first.zip#0123456789ab" });
    const fragment = toFragment([started, draftRun(lora, [started])], training, [lora]);
    expect(fromFragment(fragment)!.runs.map(({ name }) => name)).toEqual(["LoRA 2"]);
  });

  it("holds nothing, or says that it is damaged", () => {
    expect(fromFragment("")).toBeNull();
    expect(fromFragment("#results")).toBeNull();
    expect(() => fromFragment("#c=%%%")).toThrow("damaged");
    expect(() => fromFragment(toFragment([], training, []).slice(0, -9))).toThrow("damaged");
    expect(() => fromFragment(`#c=${btoa("[1]").replaceAll("=", "")}`)).toThrow("damaged");
  });
});
