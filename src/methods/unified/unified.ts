/**
 * The unified view (He et al. 2021): every method adds s · Δh to some hidden state h, and differs
 * in four choices: Δh's functional form, which representation is modified, where Δh reads, and how
 * it is composed. Four selectors rebuild the named methods from the same parts; what the parts
 * cannot be composed to is refused by name.
 */

import * as z from "zod";
import type { SubLayerKind } from "../../models/family";
import { activations, attachBottlenecks, type BottleneckDesign, bottleneckForm } from "../bottleneck";
import { lora } from "../lora/lora";
import { defineMethod, type Method, type ModelFacts } from "../method";
import { prefix } from "../prefix/prefix";

const options = z
  .strictObject({
    form: z.enum(["non-linear", "linear", "attention"]).default("non-linear").meta({
      title: "Functional form",
      description: "What Δh is: up(f(down(x))), up(down(x)), or softmax attention over trained keys and values.",
    }),
    modifies: z.enum(["feed-forward", "attention", "both"]).default("feed-forward").meta({
      title: "Modified representation",
      description:
        "What Δh is added to. Linear updates modify single linears of the part: PEFT's default targets for LoRA.",
    }),
    insertion: z.enum(["parallel", "sequential"]).default("parallel").meta({
      title: "Insertion form",
      description: "Whether Δh reads what the modified part reads, or what it gives.",
    }),
    composition: z.enum(["scaled", "add", "gated"]).default("scaled").meta({
      title: "Composition",
      description: "h + s · Δh, h + Δh, or (1 − λ) h + λ Δh, where λ is the attention that the trained keys draw.",
    }),
    width: z.int().min(1).max(4096).default(16).meta({
      title: "Width",
      description: "The bottleneck; the rank of a linear form; the number of virtual tokens of an attention form.",
    }),
    activation: z
      .enum(activations)
      .default("relu")
      .meta({
        title: "Activation",
        description: "The f of a non-linear form.",
        onlyWith: { form: ["non-linear"] },
      }),
    scale: z
      .number()
      .positive()
      .default(4)
      .meta({
        title: "Scale",
        description: "The s of a scaled composition.",
        onlyWith: { composition: ["scaled"] },
      }),
  })
  .superRefine((chosen, context) => {
    const issue = (option: string, message: string) => context.addIssue({ code: "custom", path: [option], message });
    const attends = chosen.form === "attention";
    if (attends !== (chosen.composition === "gated")) {
      issue("composition", attends ? "must be gated: keys join one softmax" : "is gated only for the attention form");
    }
    if (attends && chosen.modifies !== "attention") issue("modifies", "must be attention for the attention form");
    if (chosen.form !== "non-linear" && chosen.insertion !== "parallel") {
      issue("insertion", `must be parallel for the ${chosen.form} form`);
    }
  });

type UnifiedOptions = z.infer<typeof options>;

export const unified = defineMethod<UnifiedOptions>({
  id: "unified",
  title: "Unified view",
  summary: "A method of your own from four design choices",
  group: "module",
  site: "block",
  learningRate: 3e-4,
  card: {
    trains: "What the functional form has: two matrices (with biases where it is non-linear), or keys and values.",
    attaches: "To what the second selector says, reading before it (parallel) or after it (sequential).",
    costs:
      "2 · hidden size · width parameters per modified part, and biases; of an attention form 2 · key/value width · width.",
    fails: "Where a form cannot be composed so (attention that is not gated, a sequential linear form) it is refused.",
    equals:
      "Prefix tuning: attention, attention, parallel, gated. LoRA: linear, attention, parallel, scaled. Adapter (Houlsby): " +
      "non-linear, both, sequential, add; on the feed-forward alone Pfeiffer's. Parallel adapter: non-linear, feed-forward, " +
      "parallel, add. Scaled parallel adapter: the same, scaled by 4.",
    paper: {
      title: "Towards a Unified View of Parameter-Efficient Transfer Learning (He et al. 2021)",
      url: "https://arxiv.org/abs/2110.04366",
    },
  },
  options: () => options,
  attach(program, chosen, context) {
    if (chosen.form === "non-linear") return attachBottlenecks(program, designOf(chosen), chosenBottleneck(chosen));
    const { method, options: built } = builtFrom(chosen, context);
    return method.attach(program, built, context);
  },
  exportForm(chosen, model) {
    if (chosen.form === "non-linear") return bottleneckForm(designOf(chosen), chosenBottleneck(chosen), model);
    const { method, options: built } = builtFrom(chosen, model);
    return method.exportForm(built, model);
  },
});

/** The linear and the attention form are LoRA and prefix tuning. */
function builtFrom(
  { form, modifies, composition, width, scale }: UnifiedOptions,
  model: ModelFacts,
): { method: Method; options: unknown } {
  if (form === "attention") return { method: prefix, options: prefix.options(model).parse({ virtualTokens: width }) };
  const { loraTargets, ia3Targets } = model.family;
  const targets = [
    ...(modifies === "feed-forward" ? [] : loraTargets),
    ...(modifies === "attention" ? [] : ia3Targets.feedForward),
  ];
  const alpha = width * (composition === "scaled" ? scale : 1);
  return { method: lora, options: lora.options(model).parse({ rank: width, alpha, targets }) };
}

function designOf({ modifies, insertion }: UnifiedOptions): BottleneckDesign {
  const places: Record<UnifiedOptions["modifies"], readonly SubLayerKind[]> = {
    attention: ["attention"],
    "feed-forward": ["mlp"],
    both: ["attention", "mlp"],
  };
  const parallel = insertion === "parallel";
  const start = parallel ? "silent" : "small";
  return { places: places[modifies], parallel, start, reduction: 1, activation: "relu", scale: 1, residual: false };
}

function chosenBottleneck({ width, activation, composition, scale }: UnifiedOptions) {
  const factor = composition === "scaled" ? scale : 1;
  return { bottleneck: width, activation, scale: factor, learnedScale: false, residual: false };
}
