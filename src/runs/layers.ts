/**
 * What is done layer by layer, alike for every method: freezing the lower blocks (Lee et al. 2019,
 * "What would ELSA do?") and learning rates that fall from the head down (Howard and Ruder 2018,
 * ULMFiT). A frozen block has nothing attached, so that the backward pass stops above it.
 */

import { blockOf } from "../models/blocks";
import type { Attachments } from "../models/family";
import type { LayerStrategy } from "../plan/layer-rates";
import type { Program } from "../program/program";

/**
 * What `attach` attaches, without the frozen blocks, with rates by layer.
 * @throws Error naming both numbers if more blocks are frozen than the model has, or saying that
 * the method trains below them.
 */
export function attachByLayer(
  program: Program,
  layers: number,
  strategy: LayerStrategy,
  method: string,
  attach: () => Attachments,
): Attachments {
  const { frozenLayers = 0, layerDecay = 1 } = strategy;
  if (frozenLayers > layers) {
    throw new Error(`${frozenLayers} frozen layers are more than the model's ${layers}. Freeze ${layers} at most.`);
  }
  if (frozenLayers === 0 && layerDecay === 1) return attach();
  const at = <Result>(below: number, declare: () => Result) =>
    program.withLearningRate(layerDecay ** (layers - below), declare);
  const site = at(0, attach);
  if (frozenLayers > 0 && (site.prompt || site.suffix || site.words)) {
    throw new Error(
      `${method} trains at the input, below every block: with ${frozenLayers} frozen layers nothing of it would be left. ` +
        "Set frozen layers to 0, or choose a method that attaches to the blocks.",
    );
  }
  let passed = 0;
  /** How far up something lies: 0 below the blocks, ℓ in block ℓ, all layers after the last. */
  const height = (path: string) => {
    const block = blockOf(path);
    if (block !== null) passed = block + 1;
    return block === null && passed > 0 ? layers : passed;
  };
  /** Runs `attached` unless what is there is frozen; then `frozen` stands. */
  const unlessFrozen = <Result>(path: string, frozen: Result, attached: () => Result): Result => {
    const above = height(path);
    return frozenLayers > 0 && above <= frozenLayers ? frozen : at(above, attached);
  };
  const { words, linearInput, linear, subLayer, weight, everyWeight, prefix, languageHead } = site;
  return {
    ...site,
    languageHead: languageHead && { ...languageHead, update: () => at(layers, languageHead.update) },
    words: words && ((given, batch, ids) => at(0, () => words(given, batch, ids))),
    prefix:
      prefix && frozenLayers < layers
        ? {
            ...prefix,
            layer: (layer) => (layer < frozenLayers ? undefined : at(layer + 1, () => prefix.layer(layer))),
          }
        : undefined,
    linearInput: linearInput && ((path, x) => unlessFrozen(path, x, () => linearInput(path, x))),
    linear: linear && ((path, x, y, base) => unlessFrozen(path, y, () => linear(path, x, y, base))),
    subLayer:
      subLayer && ((path, kind, around) => unlessFrozen(path, around.output, () => subLayer(path, kind, around))),
    weight: weight && ((name, shape) => unlessFrozen(name, undefined, () => weight(name, shape))),
    everyWeight: everyWeight && ((name, shape) => unlessFrozen(name, undefined, () => everyWeight(name, shape))),
  };
}
