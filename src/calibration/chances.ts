/** Logits at a temperature as chances, in float64. */

export interface Chances {
  /** Whether labels are told apart by themselves (sigmoid) or share one row (softmax). */
  readonly several: boolean;
  /** What logits are divided by. */
  readonly temperature: number;
}

/** [labels] of a row's logits [labels]. */
export function chancesOf(logits: ArrayLike<number>, { several, temperature }: Chances): Float64Array {
  const scaled = Float64Array.from(logits, (logit) => logit / temperature);
  return several ? scaled.map(sigmoid) : softmax(scaled);
}

/** 1 / (1 + e^−x), without overflow on either side. */
export function sigmoid(x: number): number {
  const power = Math.exp(-Math.abs(x));
  return (x >= 0 ? 1 : power) / (1 + power);
}

function softmax(logits: Float64Array): Float64Array {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
