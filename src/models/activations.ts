/** Activation functions by the names that config.json gives them. */

import * as z from "zod";
import type { ActivationKind } from "../operations/activation";

const kinds = {
  relu: "relu",
  gelu: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  silu: "silu",
  swish: "silu",
} as const satisfies Record<string, ActivationKind>;

/** An activation's name, read as the operation's kind; `standard` where the key is left out. */
export const activationName = (standard: keyof typeof kinds) =>
  z
    .enum(Object.keys(kinds) as [keyof typeof kinds])
    .default(standard)
    .transform((name): ActivationKind => kinds[name]);
