/**
 * Numbers as people read them: with a unit, thousands separators and no more digits than are known.
 * Not for files. Number and unit are held together by a no-break space.
 */

import { formatCount, formatPercent, formatPlural, formatSetting } from "../plan/numbers";
import { type MetricName, metricFacts, metricWord } from "../tasks/metrics/names";

export { formatCount, formatPercent, formatPlural, formatSetting, metricWord };

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** Parameters in short: `799,584`, `8.40 M`, `1.24 B`. */
export function formatParameters(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1e9) return `${toDigits(value / 1e9, 3)}\u00a0B`;
  if (value >= 1e6) return `${toDigits(value / 1e6, 3)}\u00a0M`;
  return whole.format(value);
}

/** Decimal bytes: `12 B`, `17.2 kB`, `1.38 GB`. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return "–";
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  // 999.5 would print as 1000 of the smaller unit.
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? whole.format(value) : toDigits(value, 3)}\u00a0${units[unit]}`;
}

/** Floating-point operations: `12 FLOP`, `17.2 MFLOP`, `1.38 PFLOP`. */
export function formatFlops(count: number | null | undefined): string {
  if (count === null || count === undefined || !Number.isFinite(count)) return "–";
  const prefixes = ["", "k", "M", "G", "T", "P", "E"];
  let value = count;
  let prefix = 0;
  while (Math.abs(value) >= 999.5 && prefix < prefixes.length - 1) {
    value /= 1000;
    prefix++;
  }
  return `${prefix === 0 ? whole.format(value) : toDigits(value, 3)}\u00a0${prefixes[prefix]}FLOP`;
}

/** A loss: four decimals, fewer from 10 on, scientific below 0.001 and from a million on. */
export function formatLoss(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  if (value !== 0 && (size < 0.001 || size >= 999_999.5)) return value.toExponential(2);
  if (size >= 999.95) return whole.format(value);
  return value.toFixed(size >= 99.995 ? 2 : size >= 9.99995 ? 3 : 4);
}

/** A metric's value: shares in percent, correlations to three decimals, errors as losses are. */
export function formatMetric(name: MetricName, value: number | null | undefined): string {
  const { kind } = metricFacts[name];
  if (kind === "share") return formatPercent(value);
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return kind === "correlation" ? value.toFixed(3) : formatLoss(value);
}

/** A percentage that may be tiny: `0.0042 %`, `12.3 %`. */
export function formatSmallPercent(percent: number): string {
  if (!Number.isFinite(percent)) return "–";
  if (percent === 0) return "0\u00a0%";
  return `${percent >= 100 ? whole.format(percent) : toDigits(percent, 2)}\u00a0%`;
}

/** Seconds as a duration: `840 ms`, `12.4 s`, `1 min 10 s`, `2 h 05 min`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 0.9995) return `${toDigits(seconds * 1000, 3)}\u00a0ms`;
  if (seconds < 59.95) return `${seconds < 9.95 ? seconds.toFixed(1) : toDigits(seconds, 3)}\u00a0s`;
  const rounded = Math.round(seconds);
  if (rounded < 3600) return `${Math.floor(rounded / 60)}\u00a0min ${String(rounded % 60).padStart(2, "0")}\u00a0s`;
  const minutes = Math.round(rounded / 60);
  return `${whole.format(Math.floor(minutes / 60))}\u00a0h ${String(minutes % 60).padStart(2, "0")}\u00a0min`;
}

/** A time that is expected, in few digits: `about 40 s`, `about 4 min`, `about 2 h 30 min`. */
export function formatAbout(seconds: number): string {
  if (seconds < 7.5) return "a few seconds";
  const grain = seconds < 57.5 ? 5 : seconds < 570 ? 60 : seconds < 3570 ? 300 : 1800;
  const rounded = Math.round(seconds / grain) * grain;
  const [hours, minutes] = [Math.floor(rounded / 3600), Math.round((rounded % 3600) / 60)];
  if (rounded < 60) return `about ${rounded}\u00a0s`;
  if (hours === 0) return `about ${minutes}\u00a0min`;
  return `about ${whole.format(hours)}\u00a0h${minutes > 0 ? ` ${minutes}\u00a0min` : ""}`;
}

/** Time left: `2 min left`, and where that has become more than was said before, that it has. */
export function formatLeft(seconds: number, slower: boolean): string {
  return `${formatDuration(seconds)} left${slower ? ", slower than at first" : ""}`;
}

const dateFormat = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

/** A point of time, in milliseconds: `Nov 28, 2026, 2:02 PM`. */
export function formatWhen(time: number): string {
  return dateFormat.format(time);
}

/** A rate: `6.2 steps/s`, `1,240 tokens/s`; below one in ten seconds as seconds per item. */
export function formatRate(perSecond: number | null | undefined, item: string): string {
  if (perSecond === null || perSecond === undefined || !Number.isFinite(perSecond) || perSecond <= 0) return "–";
  if (perSecond < 0.1) return `${formatDuration(1 / perSecond)} per ${item}`;
  return `${perSecond >= 100 ? whole.format(perSecond) : toDigits(perSecond, 2)}\u00a0${item}s/s`;
}

/** Axis labels: `0`, `250`, `1.5k`, `2M`. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return `${trim(value / 1e15)}P`;
  if (size >= 1e12) return `${trim(value / 1e12)}T`;
  if (size >= 1e9) return `${trim(value / 1e9)}G`;
  if (size >= 1e6) return `${trim(value / 1e6)}M`;
  if (size >= 1e4) return `${trim(value / 1e3)}k`;
  if (size !== 0 && size < 1e-3) return value.toExponential(0);
  return trim(value);
}

/** Labels of an axis's ticks: as `formatTick`, or whole where two would read alike. */
export function formatTicks(ticks: readonly number[]): string[] {
  const labels = ticks.map(formatTick);
  return new Set(labels).size < labels.length ? ticks.map(String) : labels;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** At least `digits` significant digits, never in scientific form. */
function toDigits(value: number, digits: number): string {
  if (value === 0) return "0";
  // Rounded first: 0.9999 becomes 1.00, not 1.000.
  const before = Math.floor(Math.log10(Math.abs(Number(value.toPrecision(digits))))) + 1;
  const decimals = Math.max(0, digits - before);
  return value.toFixed(Math.min(decimals, 8));
}
