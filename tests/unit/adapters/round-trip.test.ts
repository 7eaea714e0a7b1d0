/**
 * Every method's own folder: written, read strictly, and computing the same again, blocks frozen or
 * not; then damaged in each way that must be refused. Files come from the real export; only the
 * device is missing, the interpreter computes in its place.
 */

import { describe, expect, it } from "vitest";
import { checkBase, checkFits } from "../../../src/adapters/checks";
import { type AdapterFolder, isHead } from "../../../src/adapters/folder";
import { readAdapterFiles } from "../../../src/adapters/read";
import { adapterFiles } from "../../../src/adapters/write";
import type { BaseModel } from "../../../src/base/base-model";
import { Random } from "../../../src/data/random";
import { exportRun } from "../../../src/folders/export";
import { importedRun } from "../../../src/folders/imported-run";
import { startingTensors, withoutCarrier } from "../../../src/folders/imported-tensors";
import type { NamedTensor } from "../../../src/hub/write-safetensors";
import { RANKS } from "../../../src/methods/adalora/allocation";
import { methods } from "../../../src/methods/registry";
import type { RunConfiguration } from "../../../src/plan/configuration";
import { elementCount, type Tensor } from "../../../src/program/tensor";
import { controllerOf, controllerStatesOf } from "../../../src/runs/resolve";
import type { Run } from "../../../src/runs/run";
import { trainableOf } from "../../../src/runs/trainable-count";
import { buildTunedProgram, type TunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { fixtureJson, fixtureModel } from "../../fixtures/reference";
import { evaluate } from "../interpreter/forward";
import { semanticStates, type TinyModel, tinyModel, tinySetup } from "../interpreter/tiny-model";

const LABELS = ["a", "b", "c"];
const TEXT = [11, 12, 13];
const TOKENS = 5;

/** Options that keep a method small or give it its own form. */
const small: Record<string, Record<string, unknown>> = {
  "p-tuning": { virtualTokens: 4, hidden: 8 },
  prefix: { virtualTokens: 4 },
  cartridge: { virtualTokens: 4, frozenTokens: 2 },
  prompt: { virtualTokens: 4 },
  "mix-and-match": { virtualTokens: 4, bottleneck: 5 },
  adalora: { initialRank: 3, targetRank: 1 },
  dylora: { rank: 3 },
  vera: { rank: 4 },
  miss: { rank: 5 },
  loha: { rank: 3 },
  lokr: { rank: 2 },
  hira: { rank: 3 },
  gralora: { rank: 2, blocks: 3 },
  randlora: { rank: 5 },
  fourierft: { frequencies: 7 },
  c3a: { blockSize: 8 },
  oft: { blockSize: 8 },
  delora: { rank: 3 },
  dept: { virtualTokens: 3, positions: 12, rank: 2 },
  ept: { virtualTokens: 3, positions: 12, rank: 2 },
  ptec: { virtualTokens: 3 },
  "adapter-parallel": { learnedScale: true },
  "adapter-houlsby": { reductionFactor: 5 },
  "adapter-pfeiffer": { activation: "none", start: "frozen model" },
};

/** A model as the export knows it. */
async function openModel(rig: string) {
  const tokenizer = { decode: () => "words" };
  return {
    ...(await tinyModel(rig)),
    folder: fixtureModel(rig),
    json: await fixtureJson(`models/${rig}/config.json`),
    poolings: ["last"],
    tokenizer,
  } as unknown as TinyModel & BaseModel;
}

type Model = Awaited<ReturnType<typeof openModel>>;

const setupOf = (model: Model, plan: RunConfiguration, language: boolean) =>
  language
    ? { ...tinySetup(model, plan, TEXT, 0), task: tasks["causal-lm"] }
    : tinySetup(model, plan, TEXT, LABELS.length);
const build = (model: Model, plan: RunConfiguration, language: boolean) =>
  buildTunedProgram(setupOf(model, plan, language), 2, TOKENS);

const normal = (count: number, name: string) => {
  const random = new Random(3, name);
  return Float32Array.from({ length: count }, () => 0.3 * random.normal());
};

interface Trained {
  readonly values: Map<string, Float32Array>;
  readonly folder: AdapterFolder;
  readonly logits: Float64Array;
}

/** Logits with these trained values, and the front of a Program. */
function computed(model: Model, tuned: TunedProgram, values: ReadonlyMap<string, ArrayLike<number>>, wanted: Tensor[]) {
  const ids = [5, 9, 20, 33, 1, 7, 80, 120, 200, 301].slice(0, tuned.ids.shape[0]!);
  const lengths = Array.from({ length: tuned.lengths.shape[0]! }, (_, row) =>
    row === 0 && ids.length > 2 ? 4 : TOKENS,
  );
  const leaves = new Map<string, ArrayLike<number>>([
    ...model.weights,
    ...semanticStates(model, TEXT),
    ["input_ids", ids],
    ["lengths", ids.length > 2 ? lengths : [1]],
    ...values,
  ]);
  return evaluate(tuned.program, leaves, wanted);
}

/** A run with random values, as its folder and its logits. */
async function trained(model: Model, plan: RunConfiguration, language = false): Promise<Trained> {
  const tuned = build(model, plan, language);
  const { program, virtualTokens } = tuned;
  const values = new Map(program.trainables.map(({ name, shape }) => [name, normal(elementCount(shape), name)]));
  const setup = { ...setupOf(model, plan, language), name: plan.name, seed: 0, steps: 20, learningRate: 1e-3 };
  const controller = controllerOf(setup, tuned, { steps: 20, seed: 0, gradClip: null });
  const controllerStates = new Map(
    controllerStatesOf(tuned, controller).map(({ name, shape, initial }) => [
      name,
      typeof initial === "number"
        ? new Float32Array(elementCount(shape)).fill(initial)
        : normal(elementCount(shape), name),
    ]),
  );
  // One rank of the first module is pruned.
  const ranks = controllerStates.get(RANKS);
  if (ranks) {
    ranks[1] = 0;
    [...values].find(([name]) => name.endsWith(".lora_E"))![1][1] = 0;
  }
  const run = {
    setup,
    tunedSetup: setup,
    context: setup.context,
    trainables: program.trainables,
    held: program.held,
    trainable: trainableOf(setup, program.trainables, model),
    virtualTokens,
    dial: controller?.dial ? { ...controller.dial, setting: controller.dial.most } : null,
    parameters: { readTrained: async () => ({ values, controllerStates }), controllerStates: [] },
    readFront: async (one: TunedProgram) => {
      const wanted = [...(one.front.prompt ? [one.front.prompt] : []), ...one.front.keys, ...one.front.values];
      const value = computed(model, one, new Map([...values, ...controllerStates]), wanted);
      return new Map(wanted.map((tensor) => [tensor, Float32Array.from(value(tensor))]));
    },
  } as unknown as Run;
  const folder = await exportRun(model, run, {
    labels: LABELS,
    maxLength: 22,
    data: { file: "rows", trainRows: 16, validationRows: 0 },
    steps: 20,
    metrics: null,
    versions: {},
    droppedLeadingTokens: 0,
    record: { run: plan, configuration: { training: { pooling: "last" } } },
  });
  const all = new Map([...values, ...controllerStates]);
  return { values, folder, logits: computed(model, tuned, all, [tuned.logits])(tuned.logits) };
}

/**
 * Reads a folder's files and gives its tensors to the run that it describes, as the worker does.
 */
async function opened(model: Model, files: Record<string, Uint8Array>, language = false): Promise<Float64Array> {
  const adapter = await readAdapterFiles(files);
  checkBase(adapter, model.folder.name);
  const { run } = importedRun(adapter, "again");
  const tuned = build(model, run, language);
  const { held } = tuned.program;
  const given = startingTensors(adapter, run, model);
  checkFits(run.name, withoutCarrier(adapter, given, held), held);
  const values = new Map(given.map(({ name, data }) => [name, data]));
  return computed(model, tuned, values, [tuned.logits])(tuned.logits);
}

const onInput = ["prompt", "p-tuning", "dept", "ept", "cpt", "ptec", "hard-text", "sk-prompt"];
/** What reads out by itself trains nothing, so that there is nothing to read again. */
const table = methods.flatMap(({ id }) => {
  const rig = id === "bitfit" ? "tiny-gpt2" : "tiny-llama";
  const options = small[id] ?? {};
  const frozen = !onInput.includes(id);
  return [0, ...(frozen ? [1] : [])].map(
    (frozenLayers) =>
      [`${id}${frozenLayers ? " above a frozen block" : ""}`, rig, { id, options, frozenLayers }] as const,
  );
});
const inWeight = { start: "pissa", rank: 4 };
table.push(["lora that starts in the weight", "tiny-llama", { id: "lora", options: inWeight, frozenLayers: 0 }]);
const near = { init: "text", virtualTokens: 4, nearWords: true };
table.push(["prompt near words", "tiny-llama", { id: "prompt", options: near, frozenLayers: 0 }]);
const oneBlock = { variant: "road_4", groupSize: 12, layers: "1" };
table.push(["road in one block", "tiny-llama", { id: "road", options: oneBlock, frozenLayers: 0 }]);
// PEFT's are for torch's Linear, so these are in the studio's own form.
for (const id of ["road", "beft", "miss", "loha", "lokr", "delora"])
  table.push([`${id} on Conv1D`, "tiny-gpt2", { id, options: {}, frozenLayers: 0 }]);

describe.each(table)("%s", (_, rig, { id, options, frozenLayers }) => {
  const plan: RunConfiguration = { name: id, method: id, options, ...(frozenLayers && { frozenLayers }) };

  it("computes the same from its own folder", async () => {
    const model = await openModel(rig);
    const { folder, logits } = await trained(model, plan);
    const again = await opened(model, adapterFiles(folder));
    expect(Math.max(...again.map((value, index) => Math.abs(value - logits[index]!)))).toBeLessThan(1e-4);
  });

  // Virtual tokens after the text, and what reads every tensor of the model, are for other tasks.
  it.runIf(frozenLayers === 0 && !["full", "linear-probe", "hard-text"].includes(id))(
    "computes the same from its folder for a language model",
    async () => {
      const model = await openModel(rig);
      const { folder, logits } = await trained(model, plan, true);
      const again = await opened(model, adapterFiles(folder), true);
      expect(Math.max(...again.map((value, index) => Math.abs(value - logits[index]!)))).toBeLessThan(1e-4);
      expect(folder.tensors.some(({ name }) => /score|classifier/.test(name))).toBe(false);
      expect([undefined, "CAUSAL_LM"]).toContain(folder.config.task_type);
    },
  );

  it("is refused with a tensor missing, of another shape or too many, and on another base", async () => {
    const model = await openModel(rig);
    const { folder } = await trained(model, plan);
    const damaged = (part: "tensors" | "skTensors", change: (tensors: readonly NamedTensor[]) => NamedTensor[]) =>
      opened(model, adapterFiles({ ...folder, [part]: change(folder[part] ?? []) }));
    const turned = ({ name, shape, data }: NamedTensor): NamedTensor => ({
      name,
      shape:
        shape.length === 1
          ? [data.length, 1]
          : shape.length === 2 && shape[0] !== shape[1]
            ? shape.toReversed()
            : [data.length],
      data,
    });
    for (const part of ["tensors", "skTensors"] as const) {
      for (const [index, tensor] of (folder[part] ?? []).entries()) {
        // What merely carries the head of a run that trains nothing else is not looked at.
        if (part === "tensors" && carries(folder, tensor)) continue;
        const named = new RegExp(literal(lastParts(tensor.name)));
        await expect(
          damaged(part, (all) => all.toSpliced(index, 1)),
          `without ${tensor.name}`,
        ).rejects.toThrow(/missing|no |needs|rank_pattern|are saved|asks for|the adapter it starts from/);
        await expect(
          damaged(part, (all) => all.toSpliced(index, 1, turned(tensor))),
          `turned ${tensor.name}`,
        ).rejects.toThrow(named);
      }
      const [first] = folder[part] ?? [];
      if (!first) continue;
      const name = /\.\d\./.test(first.name) ? first.name.replace(/\.\d\./, ".7.") : `extra_${first.name}`;
      const extra = { ...first, name };
      await expect(
        damaged(part, (all) => [...all, extra]),
        `with ${name}`,
      ).rejects.toThrow(/\b7\b|extra_/);
    }
    const elsewhere = { ...folder, config: { ...folder.config, base_model_name_or_path: "another-base" } };
    const named = /"another-base".*"tiny-/;
    if (folder.tensors.some((tensor) => /\.\d\./.test(tensor.name) && !isHead(tensor.name))) {
      // Names and shapes of its tensors tell that it fits.
      expect(checkBase(await readAdapterFiles(adapterFiles(elsewhere)), model.folder.name)).toMatch(named);
      expect(await opened(model, adapterFiles(elsewhere))).toEqual(await opened(model, adapterFiles(folder)));
    } else {
      await expect(opened(model, adapterFiles(elsewhere))).rejects.toThrow(named);
    }
  });
});

/**
 * Whether a tensor is only there so that PEFT loads the head: zeros, or the embeddings of a hard
 * text.
 */
function carries({ config }: AdapterFolder, { name, data }: NamedTensor): boolean {
  return config.peft_type === "LORA" && /lora_[AB]/.test(name) && data.every((value) => value === 0);
}

/** Of a tensor's name what every layout keeps of it. */
const lastParts = (name: string) =>
  name
    .replace(/\.weight$|e$/, "")
    .split(".")
    .at(-1)!;
const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
