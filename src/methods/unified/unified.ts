/**
 * The unified view (He et al. 2021): every method adds s · Δh to some hidden state h, and differs
 * in four choices: Δh's functional form, which representation is modified, where Δh reads, and how
 * it is composed. Four selectors rebuild the named methods from the same parts, and make attention
 * to a prefix that is added beside the model's own; what the parts cannot be composed to is refused
 * by name.
 */

import * as z from "zod";
import { prefixNames } from "../../adapters/forms/prefix";
import type { Attachments, SubLayerKind } from "../../models/family";
import type { Program } from "../../program/program";
import { activations, attachBottlenecks, type BottleneckDesign, bottleneckForm } from "../bottleneck";
import { equalToFrozen } from "../equalities";
import { lora } from "../lora/lora";
import { defineMethod, type Method, type MethodContext, type ModelFacts } from "../method";
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
    composition: z
      .enum(["scaled", "add", "gated"])
      .default("scaled")
      .meta({
        title: "Composition",
        description:
          "h + s · Δh, h + Δh, or (1 − λ) h + λ Δh, where λ is the attention that the trained keys draw: of the attention " +
          "form this is one softmax over trained keys and the input's, as in prefix tuning; a sum leaves the input's as it is.",
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
    if (chosen.composition === "gated" && !attends) issue("composition", "is gated only for the attention form");
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
  mainOptions: ["form", "modifies", "width"],
  learningRate: 3e-4,
  card: {
    trains: "What the functional form has: two matrices (with biases where it is non-linear), or keys and values.",
    attaches: "To what the second selector says, reading before it (parallel) or after it (sequential).",
    costs:
      "2 · hidden size · width parameters per modified part, and biases; of an attention form 2 · key/value width · width. " +
      "A sum of attentions costs 4 · width · hidden size operations for each token and layer, however long the text.",
    fails:
      "Where a form cannot be composed so (a gate without attention, a sequential linear form) it is refused. A sum of " +
      "attentions has no PEFT layout, and its keys cannot draw attention away from the text.",
    equals:
      "Prefix tuning: attention, attention, parallel, gated. LoRA: linear, attention, parallel, scaled. Adapter (Houlsby): " +
      "non-linear, both, sequential, add; on the feed-forward alone Pfeiffer's. Parallel adapter: non-linear, feed-forward, " +
      "parallel, add. Scaled parallel adapter: the same, scaled by 4. Attention, attention, parallel, add or scaled is none " +
      "of them: prefix tuning without its gate, the text form of approximated prompt tuning (APT).",
    paper: {
      title: "Towards a Unified View of Parameter-Efficient Transfer Learning (He et al. 2021)",
      url: "https://arxiv.org/abs/2110.04366",
    },
  },
  options: () => options,
  attach(program, chosen, context) {
    if (chosen.form === "non-linear") return attachBottlenecks(program, designOf(chosen), chosenBottleneck(chosen));
    if (isSum(chosen)) return attachSum(program, chosen, context);
    const { method, options: built } = builtFrom(chosen, context);
    return method.attach(program, built, context);
  },
  equalities: (chosen) => (isSum(chosen) ? equalToFrozen("the values that are attended to start at zero") : []),
  exportForm(chosen, model) {
    if (chosen.form === "non-linear") return bottleneckForm(designOf(chosen), chosenBottleneck(chosen), model);
    if (isSum(chosen)) {
      return {
        type: "STUDIO",
        why: "attention to its keys is a term of its own, and PEFT's prefixes join one softmax.",
      };
    }
    const { method, options: built } = builtFrom(chosen, model);
    return method.exportForm(built, model);
  },
});

/** Whether attention to trained keys is added to the model's own, without a gate. */
const isSum = ({ form, composition }: UnifiedOptions) => form === "attention" && composition !== "gated";

/** Keys start at N(0, 1) and values at zero, so that it starts as the frozen model. */
function attachSum(program: Program, chosen: UnifiedOptions, { config }: MethodContext): Attachments {
  const trained = (kind: "keys" | "values", layer: number) =>
    program.trainable(prefixNames[kind](layer), [chosen.width, config.keyValueHeads * config.headSize], {
      initializer: kind === "keys" ? { kind: "normal", std: 1 } : { kind: "zeros" },
    });
  return {
    prefix: {
      virtualTokens: chosen.width,
      layer: (layer) => ({ keys: trained("keys", layer), values: trained("values", layer) }),
      added: factorOf(chosen),
    },
  };
}

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
  const alpha = width * factorOf({ composition, scale });
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
  return {
    bottleneck: width,
    activation,
    scale: factorOf({ composition, scale }),
    learnedScale: false,
    residual: false,
  };
}

/** The s of h + s · Δh. */
const factorOf = ({ composition, scale }: Pick<UnifiedOptions, "composition" | "scale">) =>
  composition === "scaled" ? scale : 1;
