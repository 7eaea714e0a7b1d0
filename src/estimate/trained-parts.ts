/**
 * Which parts of the model a run changes, found by looking on while its Program is built: so it
 * follows every option of every method. For a drawing, not for counting.
 */

import type { ModelFacts } from "../methods/method";
import { blockOf } from "../models/blocks";
import type { Attachments } from "../models/family";
import type { TrainableCount } from "../runs/trainable-count";

/**
 * From the input up. `prefix`: keys and values before the input's; `module`: beside a sub-layer.
 */
export type ModelPart =
  | "prompt"
  | "embeddings"
  | "norm"
  | "queries"
  | "keys"
  | "values"
  | "prefix"
  | "attention output"
  | "module"
  | "feed-forward"
  | "head";

export interface TrainedParts {
  parts: ModelPart[];
  /** Blocks in which something is changed, from 0; empty where that is nothing of the blocks. */
  blocks: number[];
}

/** What a linear of a block is, by its path; one that makes several of these is all of them. */
export function linearParts(path: string): ModelPart[] {
  const name = path.split(".").at(-1)!.toLowerCase();
  if (!/att/i.test(path)) return ["feed-forward"];
  if (/query_key_value|qkv|c_attn/.test(name)) return ["queries", "keys", "values"];
  if (/^q(_|$|uery)/.test(name)) return ["queries"];
  if (/^k(_|$|ey)/.test(name)) return ["keys"];
  if (/^v(_|$|alue)/.test(name)) return ["values"];
  return ["attention output"];
}

/** Something that looks on (`TunedSetup.observe`), and what it has seen. */
export function watchParts({ family, config }: Pick<ModelFacts, "family" | "config">): {
  observe(attachments: Attachments): Attachments;
  partsOf(trained: Pick<TrainableCount, "adapter" | "head">): TrainedParts;
} {
  const seen = new Set<ModelPart>();
  const blocks = new Set<number>();
  const norms = family.normNames(config);
  const see = (path: string, parts: readonly ModelPart[]) => {
    const block = blockOf(path);
    if (block !== null) blocks.add(block);
    for (const part of parts) seen.add(part);
  };
  /** A tensor of the base model that something else stands for. */
  const seeTensor = (name: string) => {
    const path = name.replace(/\.(weight|bias)$/, "");
    const isNorm = norms.some((norm) => path === norm || path.endsWith(`.${norm}`));
    if (isNorm) see(path, ["norm"]);
    else if (blockOf(path) !== null) see(path, linearParts(path));
    else see(path, [/head|classifier|score|pooler/i.test(path) ? "head" : "embeddings"]);
  };
  return {
    observe: ({ linear, linearInput, subLayer, weight, everyWeight, prefix, ...others }) => {
      if (others.prompt || others.suffix) seen.add("prompt");
      if (others.words) seen.add("embeddings");
      const tensors = (replace: NonNullable<Attachments["weight"]>): Attachments["weight"] => {
        return (name, shape) => {
          const tensor = replace(name, shape);
          if (tensor) seeTensor(name);
          return tensor;
        };
      };
      return {
        ...others,
        ...(weight && { weight: tensors(weight) }),
        ...(everyWeight && { everyWeight: tensors(everyWeight) }),
        ...(prefix && {
          prefix: {
            ...prefix,
            layer: (layer) => {
              const attached = prefix.layer(layer);
              if (attached) {
                blocks.add(layer);
                seen.add("prefix");
              }
              return attached;
            },
          },
        }),
        ...(linearInput && {
          linearInput: (path, x) => {
            const changed = linearInput(path, x);
            if (changed !== x) see(path, linearParts(path));
            return changed;
          },
        }),
        ...(linear && {
          linear: (path, x, y, site) => {
            const changed = linear(path, x, y, site);
            if (changed !== y) see(path, linearParts(path));
            return changed;
          },
        }),
        ...(subLayer && {
          subLayer: (path, kind, site) => {
            const changed = subLayer(path, kind, site);
            if (changed !== site.output) see(path, ["module"]);
            return changed;
          },
        }),
      };
    },
    // What is put somewhere and stays frozen, as a text before the input does, is not trained.
    partsOf: ({ adapter, head }) => ({
      parts: [
        ...(adapter > 0 ? seen : []),
        ...(head > 0 && !(adapter > 0 && seen.has("head")) ? ["head" as const] : []),
      ],
      blocks: adapter > 0 ? [...blocks].sort((a, b) => a - b) : [],
    }),
  };
}
