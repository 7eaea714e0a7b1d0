/**
 * Places in device memory, by name: what dispatches are written on while no buffer exists yet. The
 * backward pass, losses and controllers all use these. Not for finding the buffers: whoever has
 * them passes `places` to `bind`.
 */

import type { Dispatch, Stored } from "../kernels/kernel";
import type { Tensor } from "./tensor";

export type Place =
  /** The values of a tensor: of a leaf, or of an activation that the forward pass then saves. */
  | { readonly kind: "value"; readonly tensor: Tensor }
  /** The gradient of a trained tensor, or of the one activation that a plan is for. */
  | { readonly kind: "gradient"; readonly tensor: Tensor }
  /** Working memory of the list that the dispatch is in: the slot's number there. */
  | { readonly kind: "scratch"; readonly slot: number }
  /** What the batch has in the channel of this name. */
  | { readonly kind: "channel"; readonly name: string }
  | { readonly kind: StepPlace };

/** What every step has one of. */
export type StepPlace =
  /** What the Program results in, and the gradient of the loss with respect to it. */
  | "output"
  | "seed"
  /** Indexes of the labelled rows, ascending. */
  | "labelled"
  /** Of every row that can have a label: its loss, and a prediction where `output` is none. */
  | "losses"
  | "predictions"
  /**
   * Floats: mean loss, gradient norm (before an update the last step's), penalty; where labels of
   * the batch are left out three more (`kernels/prune-shares.ts`).
   */
  | "stepFigures"
  /** What numbers are drawn from: seed, step, and 1 in training. */
  | "draw";

/** The same dispatches on what `places` gives for every place, and what is stored there. */
export function bind<Bound>(
  dispatches: readonly Dispatch<Place>[],
  places: (place: Place) => Bound,
): Dispatch<Bound>[] {
  return dispatches.map((dispatch) => {
    const entries = Object.entries(dispatch.bindings);
    const stored = entries.flatMap(([name, place]) => {
      const type = storedIn(place);
      return type ? [[name, type] as const] : [];
    });
    return {
      ...dispatch,
      bindings: Object.fromEntries(entries.map(([name, place]) => [name, places(place)])),
      stored: Object.fromEntries(stored),
    };
  });
}

/**
 * The element type of what is in a place; undefined where it is the same for good, as the kernel
 * declares it. What is trained, its gradients, what a controller keeps, and frozen vectors are
 * always float32.
 */
function storedIn(place: Place): Stored | undefined {
  switch (place.kind) {
    case "value": {
      const { role, type } = place.tensor;
      if (type === "float16") return "packed";
      return role === "weight" || role === "trainable" || role === "controller" ? "f32" : "Element";
    }
    case "gradient":
      return "f32";
    case "output":
    case "seed":
    case "scratch":
      return "Element";
    default:
      return undefined;
  }
}
