/**
 * RandLoRA (Albert et al. 2025) as PEFT does it: y = W x + s · Σₙ Bₙ (λₙ ∘ (A ∘ γₙ) x), with frozen
 * random bases A and Bₙ that all linears share, cut to each one's size, and s = alpha / rank. There
 * are as many bases as make the full rank of the shorter side, which A belongs to; λ starts at
 * zero.
 */

import * as z from "zod";
import type { RandloraSettings } from "../../adapters/forms/randlora";
import {
  drawRandlora,
  firstB,
  type RandloraProjection,
  randloraBases,
  randloraCount,
  repeatedA,
} from "../../adapters/randlora-projection";
import { isTargeted, type LinearShape } from "../../adapters/target-modules";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { multiply } from "../../operations/multiply";
import { scaleColumns } from "../../operations/scale-columns";
import { view } from "../../operations/view";
import { equalToFrozen } from "../equalities";
import { alphaOption, dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts, type StoredTensor, type TrainedState } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

type Options = z.infer<ReturnType<typeof options>>;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(32).meta({
        title: "Rank",
        description: "Of each basis. A smaller one means more bases, and so more parameters.",
      }),
      alpha: alphaOption(640),
      ...targetOptions(facts),
      bases: z.enum(randloraBases).default("dense").meta({
        title: "Bases",
        description: "dense: uniform numbers. sparse, very sparse: −1, 0 and 1, most of them 0.",
      }),
      dropout: dropoutOption(),
      projectionKey: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(0)
        .meta({
          title: "Key of the bases",
          description:
            "The seed PEFT draws the shared bases from (projection_prng_key): the same key gives the same ones.",
        }),
      saveProjection: z.boolean().default(true).meta({
        title: "Save the bases",
        description: "Download the shared bases with the factors; without them PEFT draws them again from the key.",
      }),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const randlora = defineMethod<Options>({
  id: "randlora",
  title: "RandLoRA",
  summary: "Many random low-rank bases shared by all layers, and trained factors of each",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "alpha", "targets"],
  learningRate: 3e-4,
  card: {
    trains:
      "For every basis of a chosen linear layer a factor per rank (λ), which starts at zero, and one per input or output, " +
      "whichever are fewer (γ); and the head.",
    attaches:
      "Beside the linear layers: their output gets (alpha / rank) times the sum over all bases of Bₙ · (λₙ ∘ (A ∘ γₙ)·x) " +
      "added; A and B are random, frozen and shared.",
    costs:
      "About d · (d / rank + 1) parameters per layer, d its shorter side, for an update of full rank. Each step multiplies " +
      "by matrices as large as the weight.",
    fails: "With a large rank: few bases are left to be weighed. A smaller rank has more parameters, not fewer.",
    equals: "LoRA of the shorter side's rank, with A = λ ∘ A ∘ γ and B = B.",
    paper: {
      title: "RandLoRA: Full-Rank Parameter-Efficient Fine-Tuning of Large Models (Albert et al. 2025)",
      url: "https://arxiv.org/abs/2502.00987",
    },
  },
  options,
  attach(program, chosen, context) {
    const projection = projectionOf(chosen, context);
    return {
      linear(path, x, y) {
        if (!isTargeted(path, targetModules(chosen))) return y;
        const { rank, alpha } = chosen;
        const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
        const { shorter, longer } = sidesOf({ inputs, outputs });
        const count = randloraCount(shorter, rank);
        const width = rank * count;
        const key = `randlora ${chosen.projectionKey} of ${rank} ${chosen.bases}, ${projection.name}`;
        const a = program.constant(`${key}: A to ${shorter}`, [width, shorter], () =>
          repeatedA(projection.draw(), count, shorter),
        );
        const b = program.constant(`${key}: B to ${longer} of ${count}`, [longer, width], () =>
          firstB(projection.draw(), count, longer),
        );
        const repeats = program.constant(`randlora repeats of ${count} for ${rank}`, [width, count], () =>
          Float32Array.from({ length: width * count }, (_, at) =>
            Math.floor(at / count) % count === at % count ? 1 : 0,
          ),
        );
        const lambda = program.trainable(`${path}.randlora_lambda`, [rank, count], { initializer: { kind: "zeros" } });
        const start = new Float32Array(count * shorter).fill(1 / Math.max(count, shorter));
        const gamma = program.trainable(`${path}.randlora_gamma`, [count, shorter], {
          initializer: { kind: "values", values: start },
        });
        const gains = linear(program, `${path} gamma`, repeats, gamma, { layout: "in-out" });
        const scaled = multiply(program, `${path} bases`, a, gains);
        const read = dropout(program, `${path} randlora dropout`, x, chosen.dropout);
        const isShort = shorter === inputs;
        const inner = isShort
          ? linear(program, `${y.name} A`, read, scaled)
          : linear(program, `${y.name} B`, read, b, { layout: "in-out" });
        const weighed = scaleColumns(
          program,
          `${y.name} lambda`,
          inner,
          view(program, `${path} lambda`, lambda, [width]),
        );
        const scale = alpha / rank;
        return isShort
          ? linear(program, `${y.name} + randlora`, weighed, b, { addend: y, scale })
          : linear(program, `${y.name} + randlora`, weighed, scaled, { layout: "in-out", addend: y, scale });
      },
    };
  },
  equalities: () => equalToFrozen("λ starts at zero"),
  exportForm: form,
  exported: (chosen, state) => (state.conversion === "lora" ? convert(chosen, state) : write(chosen, state)),
  conversions: [{ id: "lora", title: "plain LoRA" }],
});

function form(chosen: Options, facts: ModelFacts): RandloraSettings {
  const { alpha, dropout: rate, saveProjection } = chosen;
  return { type: "RANDLORA", alpha, ...keyOf(chosen, facts), dropout: rate, saveProjection, ...targetModules(chosen) };
}

/** PEFT takes a weight with equal sides for one with few inputs. */
function sidesOf({ inputs, outputs }: Pick<LinearShape, "inputs" | "outputs">) {
  return { shorter: Math.min(inputs, outputs), longer: Math.max(inputs, outputs) };
}

/** The shared bases are as large as the largest target. */
function keyOf(chosen: Options, facts: ModelFacts) {
  const shapes = linearShapes(facts).filter(({ path }) => isTargeted(path, targetModules(chosen)));
  const { projectionKey: key, rank, bases } = chosen;
  const [inputs, outputs] = (["inputs", "outputs"] as const).map((side) =>
    Math.max(...shapes.map((shape) => shape[side])),
  ) as [number, number];
  return { key, rank, bases, inputs, outputs };
}

/** Drawn when they are first asked for. */
function projectionOf(chosen: Options, facts: ModelFacts) {
  const key = keyOf(chosen, facts);
  let drawn: RandloraProjection | undefined;
  const draw = () => {
    drawn ??= drawRandlora(key);
    return drawn;
  };
  return { name: `${key.inputs} to ${key.outputs}`, draw };
}

function write(chosen: Options, { tensors, model }: TrainedState) {
  if (!chosen.saveProjection) return { form: form(chosen, model), tensors };
  const { rank, count, shorter, longer, a, b } = projectionOf(chosen, model).draw();
  const shared: StoredTensor[] = [
    { name: "randlora_A", shape: [rank, 1, shorter], data: a },
    { name: "randlora_B", shape: [longer, count, rank], data: b },
  ];
  return { form: form(chosen, model), tensors: [...shared, ...tensors] };
}

/** The same as LoRA whose rank is a layer's bases together, with alpha in the same proportion. */
function convert(chosen: Options, { tensors, model }: TrainedState) {
  const { rank, alpha, dropout: rate } = chosen;
  const projection = projectionOf(chosen, model).draw();
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  const targets = linearShapes(model)
    .filter(({ path }) => byName.has(`${path}.randlora_lambda`))
    .map((shape) => {
      const { shorter, longer } = sidesOf(shape);
      const count = randloraCount(shorter, rank);
      return { ...shape, shorter, longer, count, width: rank * count };
    });
  const { targets: modules, layers: layersToTransform } = targetModules(chosen);
  const widest = Math.max(...targets.map(({ width }) => width));
  const narrower = targets.filter(({ width }) => width !== widest);
  const patterns = (value: (width: number) => number) =>
    Object.fromEntries(narrower.map(({ path, width }) => [path, value(width)]));
  return {
    form: {
      ...({ type: "LORA", rank: widest, alpha: (alpha / rank) * widest, targets: modules, layersToTransform } as const),
      ...{ rankPattern: patterns((width) => width), alphaPattern: patterns((width) => (alpha / rank) * width) },
      ...{ dropout: rate, rankStabilised: false },
    },
    tensors: targets.flatMap(({ path, inputs, outputs, shorter, longer, count, width }): StoredTensor[] => {
      const [lambda, gamma] = ["lambda", "gamma"].map((part) => byName.get(`${path}.randlora_${part}`)!);
      const short = repeatedA(projection, count, shorter).map((value, at) => {
        const row = Math.floor(at / shorter);
        return value * lambda![row]! * gamma![(row % count) * shorter + (at % shorter)]!;
      });
      const long = firstB(projection, count, longer);
      const isShort = shorter === inputs;
      return [
        { name: `${path}.lora_A.weight`, shape: [width, inputs], data: isShort ? short : turned(long, width) },
        { name: `${path}.lora_B.weight`, shape: [outputs, width], data: isShort ? long : turned(short, shorter) },
      ];
    }),
  };
}

/** A matrix of so many columns, transposed. */
function turned(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / columns;
  return values.map((_, at) => values[(at % rows) * columns + Math.floor(at / rows)]!);
}
