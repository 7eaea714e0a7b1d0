/** What of a run and its training a learning rate depends on, to tell whether it is still that. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { RunConfiguration, TrainingConfiguration } from "../plan/configuration";
import { shortened } from "../plan/found-rate";

/**
 * All of a run and its training that a rate depends on, but for steps and rows, as a fingerprint.
 * `options`: with the method's defaults.
 */
export function settingsPrint(
  { method, weightDecay, frozenLayers = 0, layerDecay = 1, pruning }: RunConfiguration,
  options: unknown,
  training: TrainingConfiguration,
): string {
  const { batchSize, headLearningRate, schedule, warmupRatio, leastWarmupSteps, gradClip, pooling } = training;
  const { classWeights = "off", tokenNoise } = training;
  const all = [
    ...[method, options, weightDecay ?? training.weightDecay, frozenLayers, layerDecay],
    ...[batchSize, headLearningRate, schedule, warmupRatio, leastWarmupSteps, gradClip, pooling, classWeights],
    ...(tokenNoise ? [tokenNoise] : []),
    ...(pruning ? [{ pruning }] : []),
  ];
  return shortened(bytesToHex(sha256(utf8ToBytes(JSON.stringify(all)))));
}
