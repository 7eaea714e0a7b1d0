/**
 * What moves a pool of rows towards target rows (GOT-D; Kang et al. 2024): entropic optimal
 * transport between both, all rows of each weighing the same, by Sinkhorn's iterations in
 * logarithms (Cuturi 2013), and of each pool row the calibrated gradient of the transport's cost:
 * its dual potential less the mean of the others'. The lower, the more the cost falls where the row
 * weighs more.
 */

export interface Transport {
  /** [pool], the calibrated gradients. */
  readonly gradients: Float64Array;
  /** Σ |what a target row receives − 1 / targets| of the plan, below the tolerance. */
  readonly residual: number;
  readonly iterations: number;
}

const TOLERANCE = 1e-3;
/** `breathe`: awaited between passes; `tolerance`: of the residual, default 0.001. */
interface TransportOptions {
  readonly breathe?: () => Promise<void>;
  readonly tolerance?: number;
}

const MOST_ITERATIONS = 2000;

/**
 * @param costs [pool, targets]
 * @param regularization ε of the entropy, in the costs' unit
 * @throws Error naming residual and tolerance where the iterations do not come so near.
 */
export async function transport(
  costs: Float64Array,
  targets: number,
  regularization: number,
  { breathe = async () => {}, tolerance = TOLERANCE }: TransportOptions = {},
): Promise<Transport> {
  const pool = costs.length / targets;
  const f = new Float64Array(pool);
  const g = new Float64Array(targets);
  const [logPool, logTargets] = [-Math.log(pool), -Math.log(targets)];
  let residual = Infinity;
  for (let iterations = 1; iterations <= MOST_ITERATIONS; iterations++) {
    for (let row = 0; row < pool; row++) {
      const at = (column: number) => (g[column]! - costs[row * targets + column]!) / regularization;
      f[row] = regularization * (logPool - logSum(targets, at));
    }
    await breathe();
    residual = 0;
    for (let column = 0; column < targets; column++) {
      const at = (row: number) => (f[row]! - costs[row * targets + column]!) / regularization;
      const sum = logSum(pool, at);
      // Under the plan before g is made anew.
      residual += Math.abs(Math.exp(sum + g[column]! / regularization) - 1 / targets);
      g[column] = regularization * (logTargets - sum);
    }
    await breathe();
    if (residual < tolerance) return { gradients: calibrated(f), residual, iterations };
  }
  throw new Error(
    `Rows towards the validation rows: the transport's residual is ${residual.toPrecision(2)} after ` +
      `${MOST_ITERATIONS} iterations, not below ${tolerance}. Choose the nearest rows instead.`,
  );
}

/** log Σ exp(value), without overflow. */
function logSum(count: number, value: (place: number) => number): number {
  let most = -Infinity;
  for (let place = 0; place < count; place++) most = Math.max(most, value(place));
  let sum = 0;
  for (let place = 0; place < count; place++) sum += Math.exp(value(place) - most);
  return most + Math.log(sum);
}

/** Each less the mean of the others; potentials are known but for a constant, which falls out. */
function calibrated(potentials: Float64Array): Float64Array {
  const sum = potentials.reduce((all, one) => all + one, 0);
  const others = Math.max(1, potentials.length - 1);
  return potentials.map((own) => own - (sum - own) / others);
}
