/**
 * Which layers of a run are trained, and how fast each learns. What follows from it for a Program:
 * `layers.ts`.
 */

export interface LayerStrategy {
  /** Blocks, counted from the input, in which nothing is trained. */
  readonly frozenLayers?: number;
  /**
   * ρ: block ℓ of L learns at lr · ρ^(L − ℓ), what lies below the blocks at lr · ρ^L; the last
   * norm at lr.
   */
  readonly layerDecay?: number;
}

/** A row of the table of learning rates. */
export interface LayerRate {
  readonly layer: string;
  /** 0 where nothing is trained. */
  readonly learningRate: number;
}

/**
 * Learning rates by layer, from the head down; `headRate`: the head's, where it has one of its own.
 */
export function layerRates(
  learningRate: number,
  layers: number,
  { frozenLayers = 0, layerDecay = 1 }: LayerStrategy,
  headRate = learningRate,
): LayerRate[] {
  const blocks = Array.from({ length: layers }, (_, index) => {
    const layer = layers - index;
    const rate = layer <= frozenLayers ? 0 : learningRate * layerDecay ** (layers - layer);
    return { layer: `block ${layer}`, learningRate: rate };
  });
  const input = { layer: "input", learningRate: frozenLayers > 0 ? 0 : learningRate * layerDecay ** layers };
  return [{ layer: "head", learningRate: headRate }, ...blocks, input];
}
