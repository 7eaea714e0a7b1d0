/** Which blocks of a model see only the tokens within a window, and how wide it is. */

import * as z from "zod";

/** What transformers 5 writes for every block. */
export const layerTypes = z.array(z.enum(["full_attention", "sliding_attention"])).nullish();

export interface Windows {
  /** Per block: whether it is one of those that keep to a window. */
  readonly sliding: readonly boolean[];
  /** Per block: the window, or null where that is as long as the context, or there is none. */
  readonly windows: readonly (number | null)[];
}

/**
 * Which blocks keep to a window.
 * @param types as config.json lists them; `slides` says it where the file does not.
 * @throws Error naming both numbers if the list has not an entry for every block.
 */
export function readWindows(
  sizes: { readonly layers: number; readonly contextLength: number },
  window: number | null | undefined,
  types: z.infer<typeof layerTypes>,
  slides: (layer: number) => boolean,
): Windows {
  const { layers, contextLength } = sizes;
  if (types && types.length !== layers) {
    throw new Error(`config.json: layer_types has ${types.length} entries for ${layers} blocks.`);
  }
  const own = window && window < contextLength ? window : null;
  const sliding = Array.from({ length: layers }, (_, layer) =>
    types ? types[layer] === "sliding_attention" : slides(layer),
  );
  return { sliding, windows: sliding.map((slides) => (slides ? own : null)) };
}
