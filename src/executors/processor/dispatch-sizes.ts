/**
 * The nodes that dispatches are as one graph, with the shapes of their values: what a backward pass
 * consists of before it is made. Loops are none of them.
 */

import type { Dispatch } from "../../kernels/kernel";
import { SizingNodes } from "../../onnx/sizing-nodes";
import { bind, type Place } from "../../program/place";
import { GraphPart, type PlacedValue } from "./graph-part";

export interface DispatchSizes {
  readonly sizing: SizingNodes;
  /** Whose values leave the graph. */
  readonly outputs: readonly PlacedValue<Place>[];
}

/** `isWanted`: what of all that is written somebody reads behind them. */
export function sizeDispatches(
  list: readonly Dispatch<Place>[],
  isWanted: (place: Place) => boolean = () => false,
): DispatchSizes {
  const sizing = new SizingNodes();
  const places = new Map<string, Place>();
  const known = (place: Place) => {
    const key = JSON.stringify([place.kind, "slot" in place ? place.slot : "tensor" in place ? place.tensor.name : ""]);
    const first = places.get(key) ?? place;
    places.set(key, first);
    return first;
  };
  const part = new GraphPart<Place>(sizing, (name, shape, type) => {
    sizing.given(name, shape, type === "float16" ? 2 : 4);
  });
  const nodes = list.filter(({ kernel }) => !("loop" in kernel.processor));
  for (const dispatch of bind(nodes, known)) part.add(dispatch);
  return { sizing, outputs: part.finish(isWanted).outputs };
}
