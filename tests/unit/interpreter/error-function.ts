/** erf in float64, for the exact GELU. */

/**
 * (2 / √π) ∫₀ˣ exp(−t²) dt by its series, which converges everywhere; ±1 where float64 knows no
 * difference.
 */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  // exp(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1 · 3 · 5 … (2n + 1)): all terms have one sign, so nothing cancels.
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
