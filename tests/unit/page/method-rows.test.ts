/** The dialog of methods: its rows, its search, and what every method says for it. */

import { describe, expect, it, test } from "vitest";
import config from "../../../public/models/tiny-base/config.json";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { methodGroups } from "../../../src/page/method-cards/method-groups";
import { foundMethods, methodRow, nearestTitle } from "../../../src/page/methods/method-rows";
import { optionFields } from "../../../src/page/store/option-fields";
import type { RunEstimate } from "../../../src/worker/api";
import { describeMethod } from "../../../src/worker/describe";
import { bytes } from "./events";

const family = familyOf(config);
const methods = approaches.map((method) => describeMethod(method, { family, config: family.readConfig(config) }));
const named = (id: string) => methods.find((method) => method.id === id)!;

/** As much of an estimate as a row is made of. */
const estimated = (fields: Partial<RunEstimate> = {}) =>
  ({
    trainable: { adapter: 11_328, head: 576, total: 11_904, percentOfBase: 1 },
    ...{ bytes, problem: null, mostFitted: null, flops: { forward: 1e6, total: 3e6 } },
    ...fields,
  }) as RunEstimate;

describe("rows", () => {
  it("are those of the method table, each in a family and with a paper's year where it has one", () => {
    const rows = foundMethods(methods, "").map((method) => methodRow(method, undefined, null));
    expect(rows.map(({ method }) => method.id)).toEqual(approaches.map(({ id }) => id));
    const groups = methodGroups.map(({ id }) => id);
    for (const { method, paper } of rows) {
      expect(groups, method.id).toContain(method.group);
      expect(paper !== null, method.id).toBe(method.card.paper !== null);
      if (paper) expect(paper.authors, method.id).toMatch(/^[^()]*(19|20)\d\d$/);
    }
  });

  it("say parameters, bytes and seconds of a step at the measured pace", () => {
    const row = methodRow(named("lora"), estimated(), { step: 0.2, flops: 1e6 });
    expect(row).toMatchObject({ parameters: "11,328 + 576 head", problem: null, loaded: "PEFT loads it" });
    // Its own alone: adapter, gradients, moments and what its steps keep.
    expect(row.bytes).toMatch(/^11\s?B$/);
    expect(row.seconds).toMatch(/^600\sms$/);
    expect(row.paper).toMatchObject({ authors: "Hu et al. 2021" });
  });

  it("say no seconds before a pace is measured, nor of what takes no steps", () => {
    expect(methodRow(named("lora"), estimated(), null).seconds).toBeNull();
    const bag = methodRow(named("bag-of-words"), estimated({ mostFitted: 1200 }), { step: 1, flops: 1 });
    expect(bag).toMatchObject({ seconds: null, parameters: "fits at most 1,200", loaded: "", paper: null });
  });

  it("say why a method does not go with what is open, and no figures then", () => {
    const row = methodRow(named("lora"), estimated({ problem: "Too large." }), { step: 1, flops: 1 });
    expect(row).toMatchObject({ problem: "Too large.", parameters: null, bytes: null, seconds: null });
  });

  it.each([
    ["lora", "PEFT loads it"],
    ["sk-prefix", "PEFT loads it"],
    ["adapter-pfeiffer", "AdapterHub loads it"],
    ["mix-and-match", "the studio alone loads it"],
  ])("say who loads %s: %s", (id, loaded) => {
    expect(methodRow(named(id), undefined, null).loaded).toBe(loaded);
  });
});

describe("searching", () => {
  it.each([
    ["IA3", ["ia3"]],
    ["rotary adaptation", ["road"]],
    ["hu et al 2021", ["lora"]],
  ])("%s finds %j", (search, ids) => {
    expect(foundMethods(methods, search).map(({ id }) => id)).toEqual(ids);
  });

  it("offers the nearest title where nothing is found", () => {
    expect(foundMethods(methods, "adalroa")).toEqual([]);
    expect(nearestTitle(methods, "adalroa")).toBe("AdaLoRA");
    expect(nearestTitle(methods, "video")).toBeNull();
  });
});

test.each(methods.map((method) => [method.id, method] as const))("%s shows three options that it has", (_, method) => {
  const keys = optionFields(method.optionsSchema).map(({ key }) => key);
  expect(method.mainOptions.length).toBeLessThanOrEqual(3);
  expect(method.mainOptions.filter((key) => !keys.includes(key))).toEqual([]);
  if (keys.length > 0) expect(method.mainOptions).not.toEqual([]);
});
