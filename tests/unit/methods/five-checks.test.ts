/**
 * Every method of the registry has its five checks, or this fails by name: a fixture whose count is
 * the Program's (CNT), with a gradient of every trained tensor (GRAD) and 20 losses (TRACE); a
 * start that is what the method says it is (ZERO). Export and strict reading (EXP) are
 * `adapters/round-trip.test.ts`'s, over the same registry. The numbers themselves are compared in
 * `backward/reference.test.ts` and `tests/training`.
 */

import { describe, expect, it } from "vitest";
import { methodOf, methods } from "../../../src/methods/registry";
import { elementCount } from "../../../src/program/tensor";
import { parseOptions } from "../../../src/runs/resolve";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { fixtureJson, fixtureTensors } from "../../fixtures/reference";
import { referenceCases } from "../../fixtures/reference-cases";
import { weightDeltaCases } from "../../fixtures/weight-delta-cases";
import { evaluate } from "../interpreter/forward";
import { semanticStates, startValues, tinyModel, tinySetup } from "../interpreter/tiny-model";

interface Found {
  readonly rig: string;
  readonly path: string;
  readonly options: object;
}

function casesOf(id: string): Found[] {
  const own = (
    cases: Record<string, Record<string, { method: string; options: object; fixture?: string }>>,
    at: (rig: string, name: string) => string,
  ) =>
    Object.entries(cases).flatMap(([rig, named]) =>
      Object.entries(named).flatMap(([name, { method, options, fixture = name }]) =>
        method === id ? [{ rig, path: at(rig, fixture), options }] : [],
      ),
    );
  return [
    ...own(referenceCases, (rig, name) => `cases/${rig}/${name}-sequence-classification`),
    ...own(weightDeltaCases, (rig, name) => `../weight-deltas/${rig}/${name}`),
  ];
}

describe.each(methods.map(({ id }) => id))("%s", (id) => {
  it("CNT, GRAD, TRACE: a PyTorch fixture has its count, a gradient of every tensor and 20 losses", async () => {
    const found = casesOf(id);
    expect(found.length, "cases").toBeGreaterThan(0);
    for (const { rig, path, options } of found) {
      const described = await fixtureJson(`${path}.json`);
      const tensors = await fixtureTensors(`${path}.safetensors`);
      const ids = [...(tensors.get("semantic.input_ids")?.data ?? [])];
      const text = methodOf(id).text({ ...options, text: described.text }) === null ? {} : { text: described.text };
      const plan = { name: id, method: id, options: { ...options, ...text } };
      const setup = tinySetup(await tinyModel(rig), plan, ids, described.labels?.length ?? described.classes);
      const { program, backward } = buildTunedProgram({ ...setup, pooling: described.pooling ?? "last" }, 1, 4);
      const count = program.trainables.reduce((sum, { shape }) => sum + elementCount(shape), 0);
      const head = program.trainables
        .filter(({ part }) => part === "head")
        .reduce((sum, { shape }) => sum + elementCount(shape), 0);
      expect(count, path).toBe(described.trainableCount?.total ?? described.adapterCount + head);
      expect(backward.trained.length, path).toBe(program.trainables.length);
      const gradients = [...tensors].filter(([name]) => name.startsWith("gradient."));
      expect(
        gradients.reduce((sum, [, { data }]) => sum + data.length, 0),
        path,
      ).toBe(count);
      expect(described.lossTrace, path).toHaveLength(20);
      expect(new Set(described.lossTrace).size, path).toBe(20);
    }
  });
});

/** Options with which a method starts from something exact, where its defaults start at random. */
const exactly: Record<string, object> = {
  prefix: { init: "text", virtualTokens: null },
  cartridge: { init: "text", virtualTokens: null },
  prompt: { init: "text", virtualTokens: null },
  ptec: { init: "text", virtualTokens: null },
  dept: { virtualTokens: 3, positions: 12, rank: 2 },
  fourierft: { start: "zero" },
  c3a: { start: "zero" },
  // By default both matrices start at N(0, 0.02), as AdapterHub's.
  "adapter-houlsby": { start: "frozen model" },
  "adapter-pfeiffer": { start: "frozen model", activation: "none" },
};
/** Other starts of a method, which say as much. */
const also: readonly (readonly [id: string, options: object])[] = [
  ["lora", { start: "gaussian" }],
  ["lora", { start: "orthogonal" }],
  ["lora", { start: "pissa", targets: "all-linear" }],
  ["lora", { start: "olora", rank: 3 }],
  ["dora", { start: "orthogonal" }],
];
/** Start as the frozen model: their change is zero, or their tensors are its own. */
const silent = ["ia3", "ln-tuning", "bitfit", "adapter-parallel", "unified", "last-layer", "half-fine-tuning", "full"];
/** Start elsewhere, and why. */
const elsewhere: Record<string, string> = {
  "mix-and-match": "its prefix starts at random",
  "p-tuning": "its encoder starts at random",
  "linear-probe": "it is the frozen model",
  "hard-text": "it is what others are compared with",
};

it("ZERO: every method starts as it says, and one that says nothing has a reason here", async () => {
  const without: string[] = [];
  for (const [id, options] of [...methods.map(({ id }) => [id, exactly[id] ?? {}] as const), ...also]) {
    const model = await tinyModel(id === "bitfit" ? "tiny-gpt2" : "tiny-llama");
    const text = [11, 12, 13];
    const states = semanticStates(model, text);
    const logits = (method: string, options: object) => {
      const plan = { name: method, method, options: { ...options } };
      const tuned = buildTunedProgram(tinySetup(model, plan, text, 3), 2, 5);
      const leaves = new Map<string, ArrayLike<number>>([
        ...model.weights,
        ...states,
        ["input_ids", [5, 9, 20, 33, 1, 7, 80, 120, 200, 301]],
        ["lengths", [4, 5]],
      ]);
      const all = new Map([...leaves, ...startValues(tuned, leaves)]);
      return evaluate(tuned.program, all, [tuned.logits])(tuned.logits);
    };
    const parsed = parseOptions(model, { name: id, method: id, options: { ...options } });
    // Without its brackets, which are no part of the ids here, CPT's context is the text itself.
    const known = silent.includes(id) ? "linear-probe" : id === "cpt" ? "hard-text" : null;
    const claims = known ? [{ method: known, options: {} }] : (methodOf(id).equalities?.(parsed, model) ?? []);
    if (claims.length === 0) without.push(id);
    for (const claim of claims) {
      const [own, other] = [logits(id, options), logits(claim.method, claim.options)];
      const distance = Math.max(...own.map((value, index) => Math.abs(value - other[index]!)));
      expect(distance, `${id} against ${claim.method}`).toBeLessThan(1e-5);
    }
  }
  expect(without.sort()).toEqual(Object.keys(elsewhere).sort());
});
