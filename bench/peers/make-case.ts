/**
 * Makes the case that every library is given: LoRA on the bundled model, and the losses of its
 * first AdamW updates by the tests' float64 interpreter, which the tests compare with PyTorch's.
 * Not for measuring anything.
 */

import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ReadModel, readModel } from "../../src/base/read-model";
import { Random } from "../../src/data/random";
import { readTensor } from "../../src/hub/safetensors-values";
import { bytesFile } from "../../src/hub/sources";
import type { ModelFolder } from "../../src/hub/types";
import { writeSafetensors } from "../../src/hub/write-safetensors";
import { elementCount } from "../../src/program/tensor";
import { buildTunedProgram, type TunedProgram } from "../../src/runs/tuned-program";
import { AdamW } from "../../tests/unit/interpreter/adamw";
import { runBackward } from "../../tests/unit/interpreter/backward";
import { evaluate } from "../../tests/unit/interpreter/forward";
import { runLoss } from "../../tests/unit/interpreter/loss";
import { startValues, tinySetup } from "../../tests/unit/interpreter/tiny-model";
import { projectRoot } from "../../tools/build.mjs";
import { CASE_FILES, type CaseBatch, type CaseFacts } from "./case";

const MODEL = join(projectRoot, "public/models/tiny-base");
const PADDING = 0;
const [ROWS, TOKENS, CLASSES, BATCHES] = [8, 64, 4, 5];
const lora = { rank: 8, alpha: 16, targets: ["q_proj", "v_proj"] };
/**
 * The interpreter's AdamW has PyTorch's betas and epsilon. The decay is large enough to be seen in
 * five losses.
 */
const optimizer = { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.1 };

type Values = ReadonlyMap<string, ArrayLike<number>>;

/** Writes the case's files into a folder, which is made if need be. */
export async function makeCase(folder: string): Promise<CaseFacts> {
  const model = await readModel(modelFolder(MODEL));
  const weights = new Map<string, Float32Array>();
  for (const { tensor, entry } of model.needed) weights.set(tensor.name, Float32Array.from(await readTensor(entry)));
  const plan = { name: "LoRA", method: "lora", options: lora };
  const setup = tinySetup({ ...model, weights: new Map() }, plan, [], CLASSES);
  const tuned = buildTunedProgram(setup, ROWS, TOKENS);
  const random = new Random(0, "peers");
  // B starts at zero in practice; here at something, so that the first loss says whether the update
  // is computed at all.
  const start = new Map(
    [...startValues(tuned, weights)].map(([name, values]) => [
      name,
      Float32Array.from(values, (value) => value + random.uniform(-0.02, 0.02)),
    ]),
  );
  const batches = Array.from({ length: BATCHES }, () => drawBatch(random, model.config.vocabulary));
  const facts: CaseFacts = {
    config: model.json as unknown as CaseFacts["config"],
    rows: ROWS,
    tokens: TOKENS,
    classes: CLASSES,
    lora,
    optimizer,
    trained: [...start.keys()],
    batches,
    losses: lossesOf(tuned, weights, start, batches, optimizer),
  };
  await mkdir(folder, { recursive: true });
  await cp(MODEL, join(folder, "model"), { recursive: true });
  await writeFile(join(folder, CASE_FILES.facts), JSON.stringify(facts));
  await writeFile(join(folder, CASE_FILES.tensors), writeSafetensors(tensorsOf(model, tuned, weights, start)));
  return facts;
}

function modelFolder(path: string): ModelFolder {
  return {
    source: `dir:${path}`,
    name: path,
    open: async (name) => {
      const bytes = await readFile(join(path, name)).catch(() => null);
      return bytes && bytesFile(name, bytes);
    },
  };
}

/**
 * Every class draws its tokens from a part of the vocabulary of its own, so that there is something
 * to learn. The first row is full.
 */
function drawBatch(random: Random, vocabulary: number): CaseBatch {
  const part = Math.floor((vocabulary - 1) / CLASSES);
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const label = random.integer(CLASSES);
    const length = row === 0 ? TOKENS : TOKENS / 2 + random.integer(TOKENS / 2);
    const id = (at: number) => (at < length ? PADDING + 1 + label * part + random.integer(part) : PADDING);
    return { label, length, ids: Array.from({ length: TOKENS }, (_, at) => id(at)) };
  });
  return {
    ids: rows.flatMap(({ ids }) => ids),
    lengths: rows.map(({ length }) => length),
    labels: rows.map(({ label }) => label),
  };
}

/** The loss before each update, one update a batch. */
function lossesOf(
  tuned: TunedProgram,
  weights: Values,
  start: Values,
  batches: readonly CaseBatch[],
  settings: { learningRate: number; weightDecay: number },
): number[] {
  const trained = new Map([...start].map(([name, values]) => [name, Float64Array.from(values)]));
  const adamw = new AdamW(tuned.program.trainables, settings);
  return batches.map(({ ids, lengths, labels }) => {
    const leaves = new Map<string, ArrayLike<number>>([
      ...weights,
      ["input_ids", ids],
      ["lengths", lengths],
      ...trained,
    ]);
    const value = evaluate(tuned.program, leaves, [tuned.logits]);
    const labelled = { labels: Float64Array.from(labels) };
    const { seed, stepFigures } = runLoss(tuned.loss, value(tuned.logits), labelled, value);
    adamw.update(trained, runBackward(tuned.backward, value, seed));
    return stepFigures[0]!;
  });
}

function tensorsOf({ needed }: ReadModel, { program }: TunedProgram, weights: Values, start: Values) {
  const named =
    (values: Values) =>
    ({ name, shape }: { name: string; shape: readonly number[] }) => {
      const data = values.get(name) as Float32Array;
      if (data.length !== elementCount(shape)) throw new Error(`"${name}" [${shape}] has ${data.length} values.`);
      return { name, shape, data };
    };
  return [...needed.map(({ tensor }) => named(weights)(tensor)), ...program.trainables.map(named(start))];
}
