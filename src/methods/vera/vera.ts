/**
 * VeRA (Kopiczko et al. 2024) as PEFT does it: y = W x + b ∘ (B (d ∘ (A x))) with frozen random
 * matrices A and B that all linears share, cut to each one's size, and two trained vectors per
 * linear.
 */

import * as z from "zod";
import type { VeraSettings } from "../../adapters/forms/vera";
import { isTargeted } from "../../adapters/target-modules";
import { drawProjection, firstColumns, firstRows, type Projection } from "../../adapters/vera-projection";
import { add } from "../../operations/add";
import { dropout } from "../../operations/dropout";
import { linear } from "../../operations/linear";
import { scaleColumns } from "../../operations/scale-columns";
import { equalToFrozen } from "../equalities";
import { dropoutOption, rankOption } from "../low-rank";
import { defineMethod, type ModelFacts, type StoredTensor, type TrainedState } from "../method";
import { checkTargets, linearShapes, targetModules, targetOptions } from "../targets";

type Options = z.infer<ReturnType<typeof options>>;

const options = (facts: ModelFacts) =>
  z
    .strictObject({
      rank: rankOption(64).meta({ title: "Rank", description: "Inner width of the shared matrices." }),
      ...targetOptions(facts),
      initialD: z.number().default(0.1).meta({
        title: "Start of d",
        description: "Every inner factor starts at this value; the outer ones start at zero.",
      }),
      dropout: dropoutOption(),
      projectionKey: z
        .int()
        .min(0)
        .max(2 ** 32 - 1)
        .default(0)
        .meta({
          title: "Key of the matrices",
          description:
            "The seed PEFT draws the shared matrices from (projection_prng_key): the same key gives the same ones.",
        }),
      saveProjection: z.boolean().default(true).meta({
        title: "Save the matrices",
        description: "Download the shared matrices with the vectors; without them PEFT draws them again from the key.",
      }),
    })
    .superRefine((chosen, context) => checkTargets(chosen, context, facts));

export const vera = defineMethod<Options>({
  id: "vera",
  title: "VeRA",
  summary: "Random matrices shared by all layers, and two trained vectors per layer",
  group: "weight delta",
  site: "linear",
  mainOptions: ["rank", "targets"],
  learningRate: 1e-2,
  card: {
    trains: "Two vectors per chosen linear layer, one factor per rank and one per output, and the head.",
    attaches:
      "Beside the linear layers: their output gets b ∘ (B · (d ∘ (A·x))) added; A and B are random, frozen and shared.",
    costs: "rank + outputs parameters per layer, far fewer than LoRA; the random matrices are in memory once.",
    fails: "When the task needs directions that the random ones do not span: raise the rank, which costs little.",
    equals: "LoRA with A = diag(d)·A and B = diag(b)·B.",
    paper: { title: "VeRA (Kopiczko et al. 2024)", url: "https://arxiv.org/abs/2310.11454" },
  },
  options,
  attach(program, chosen, context) {
    const projection = projectionOf(chosen, context);
    return {
      linear(path, x, y) {
        if (!isTargeted(path, targetModules(chosen))) return y;
        const { rank, initialD } = chosen;
        const [inputs, outputs] = [x.shape[1]!, y.shape[1]!];
        const key = `vera ${chosen.projectionKey}, ${projection.inputs} to ${projection.outputs}`;
        const down = program.constant(`${key}: A to ${inputs}`, [rank, inputs], () =>
          firstColumns(projection.draw(), inputs),
        );
        const up = program.constant(`${key}: B to ${outputs}`, [outputs, rank], () =>
          firstRows(projection.draw(), outputs),
        );
        const start = new Float32Array(rank).fill(initialD);
        const d = program.trainable(`${path}.vera_lambda_d`, [rank], {
          initializer: { kind: "values", values: start },
        });
        const b = program.trainable(`${path}.vera_lambda_b`, [outputs], { initializer: { kind: "zeros" } });
        const read = dropout(program, `${path} vera dropout`, x, chosen.dropout);
        const inner = scaleColumns(program, `${y.name} d`, linear(program, `${y.name} A`, read, down), d);
        return add(
          program,
          `${y.name} + vera`,
          y,
          scaleColumns(program, `${y.name} b`, linear(program, `${y.name} B`, inner, up), b),
        );
      },
    };
  },
  equalities: () => equalToFrozen("the outer factors start at zero"),
  exportForm: form,
  exported: (chosen, state) => (state.conversion === "lora" ? convert(chosen, state) : write(chosen, state)),
  conversions: [{ id: "lora", title: "plain LoRA" }],
});

function form(chosen: Options): VeraSettings {
  const { targets, layers: layersToTransform } = targetModules(chosen);
  const { rank, dropout: rate, initialD, projectionKey, saveProjection } = chosen;
  return {
    type: "VERA",
    rank,
    targets,
    layersToTransform,
    dropout: rate,
    initialD,
    projectionKey,
    saveProjection,
  };
}

/** The shared matrices, as large as the largest target; drawn when they are first asked for. */
function projectionOf(chosen: Options, facts: ModelFacts) {
  const shapes = linearShapes(facts).filter(({ path }) => isTargeted(path, targetModules(chosen)));
  const inputs = Math.max(...shapes.map((shape) => shape.inputs));
  const outputs = Math.max(...shapes.map((shape) => shape.outputs));
  let drawn: Projection | undefined;
  const draw = () => {
    drawn ??= drawProjection(chosen.projectionKey, chosen.rank, inputs, outputs);
    return drawn;
  };
  return { inputs, outputs, draw };
}

function write(chosen: Options, { tensors, model }: TrainedState) {
  if (!chosen.saveProjection) return { form: form(chosen), tensors };
  const { rank, inputs, outputs, a, b } = projectionOf(chosen, model).draw();
  const shared: StoredTensor[] = [
    { name: "vera_A", shape: [rank, inputs], data: a },
    { name: "vera_B", shape: [outputs, rank], data: b },
  ];
  return { form: form(chosen), tensors: [...shared, ...tensors] };
}

/** The same as LoRA with alpha = rank: A with its rows times d, B with its rows times b. */
function convert(chosen: Options, { tensors, model }: TrainedState) {
  const projection = projectionOf(chosen, model).draw();
  const { rank, dropout: rate } = chosen;
  const byName = new Map(tensors.map(({ name, data }) => [name, data]));
  const { targets, layers: layersToTransform } = targetModules(chosen);
  const scaled = (matrix: Float32Array, width: number, factors: Float32Array) =>
    matrix.map((value, index) => value * factors[Math.floor(index / width)]!);
  return {
    form: {
      type: "LORA",
      rank,
      alpha: rank,
      targets,
      layersToTransform,
      dropout: rate,
      rankStabilised: false,
    } as const,
    tensors: linearShapes(model)
      .filter(({ path }) => byName.has(`${path}.vera_lambda_d`))
      .flatMap(({ path, inputs, outputs }): StoredTensor[] => [
        {
          name: `${path}.lora_A.weight`,
          shape: [rank, inputs],
          data: scaled(firstColumns(projection, inputs), inputs, byName.get(`${path}.vera_lambda_d`)!),
        },
        {
          name: `${path}.lora_B.weight`,
          shape: [outputs, rank],
          data: scaled(firstRows(projection, outputs), rank, byName.get(`${path}.vera_lambda_b`)!),
        },
      ]),
  };
}
