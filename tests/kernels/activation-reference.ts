/**
 * Float64 references of the activation functions; derivatives as closed forms in float64. Not a
 * test itself.
 */

/** erf: its Maclaurin series, which loses digits beyond |x| = 2, where the tail is small. */
function erf(x: number): number {
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfcTail(Math.abs(x)));
  let term = x;
  let sum = x;
  for (let n = 1; n < 60; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** erfc for x > 2, by its continued fraction. */
function erfcTail(x: number): number {
  let fraction = x;
  for (let n = 120; n > 0; n--) fraction = x + n / 2 / fraction;
  return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
const distribution = (x: number) => 0.5 * (1 + erf(x / Math.SQRT2));
const inner = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

/** In the order of KIND. */
export const ACTIVATIONS: { name: string; value: (x: number) => number; derivative: (x: number) => number }[] = [
  { name: "relu", value: (x) => Math.max(0, x), derivative: (x) => (x > 0 ? 1 : 0) },
  { name: "gelu", value: (x) => x * distribution(x), derivative: (x) => distribution(x) + x * density(x) },
  {
    name: "gelu-tanh",
    value: (x) => 0.5 * x * (1 + Math.tanh(inner(x))),
    derivative: (x) => {
      const t = Math.tanh(inner(x));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    },
  },
  {
    name: "silu",
    value: (x) => x * sigmoid(x),
    derivative: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  },
  { name: "tanh", value: Math.tanh, derivative: (x) => 1 / Math.cosh(x) ** 2 },
  { name: "sigmoid", value: sigmoid, derivative: (x) => sigmoid(x) * sigmoid(-x) },
];
