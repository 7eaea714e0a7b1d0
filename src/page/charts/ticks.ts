/** Round numbers for axes, and the range an axis shows. */

export interface Axis {
  domain: [number, number];
  ticks: number[];
}

/**
 * Values that lie closer together, for their size, are one: ticks between them could not be told
 * apart.
 */
const LEAST_SPREAD = 1e-9;

/** A linear axis whose ends are ticks of 1, 2 or 5 × 10ⁿ. */
export function linearAxis(low: number, high: number, count = 5): Axis {
  const size = Math.max(Math.abs(low), Math.abs(high));
  const spread = high - low > LEAST_SPREAD * size ? high - low : size || 1;
  const step = roundStep(spread / Math.max(1, count));
  const from = Math.floor(low / step + 1e-9) * step;
  const to = Math.max(Math.ceil(high / step - 1e-9) * step, from + step);
  return { domain: [clean(from), clean(to)], ticks: range(from, to, step) };
}

/**
 * An axis that ends with the data and has round ticks inside: for the horizontal one.
 * @param whole of what is counted, such as steps: ticks are whole numbers
 */
export function openAxis(low: number, high: number, { count = 5, whole = false } = {}): Axis {
  const end = high > low ? high : low + 1;
  const step = roundStep((end - low) / Math.max(1, count), whole);
  return { domain: [low, end], ticks: range(Math.ceil(low / step - 1e-9) * step, end, step) };
}

/**
 * A logarithmic axis; `low` must be above zero. Ticks at 1, 2, 5 × 10ⁿ, or powers of ten when the
 * range is wide.
 */
export function logAxis(low: number, high: number): Axis {
  const factors = high / low > 1e3 ? [1] : [1, 2, 5];
  const all: number[] = [];
  for (let exponent = Math.floor(Math.log10(low)) - 1; exponent <= Math.ceil(Math.log10(high)) + 1; exponent++) {
    for (const factor of factors) all.push(Number(`${factor}e${exponent}`));
  }
  const from = all.findLast((tick) => tick <= low) ?? low;
  const to = all.find((tick) => tick >= high && tick > from) ?? high;
  return { domain: [from, to], ticks: all.filter((tick) => tick >= from && tick <= to) };
}

function roundStep(raw: number, whole = false): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factors = whole && power <= 1 ? [1, 2, 5, 10] : [1, 2, 2.5, 5, 10];
  const step = power * (factors.find((candidate) => candidate * power >= raw * 0.999) ?? 10);
  return whole ? Math.max(1, step) : step;
}

function range(from: number, to: number, step: number): number[] {
  const ticks: number[] = [];
  for (let i = 0; from + i * step <= to + step * 1e-6; i++) ticks.push(clean(from + i * step));
  return ticks;
}

function clean(value: number): number {
  return Number(value.toPrecision(12));
}
