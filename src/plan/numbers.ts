/**
 * Counts, shares and settings as people read them, for the page and for what is written to be read.
 * Number and unit are held together by a no-break space.
 */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `12,345`; a dash where there is no number. */
export function formatCount(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : whole.format(value);
}

/** `1 row`, `2,000 rows`. */
export function formatPlural(value: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(value)}\u00a0${value === 1 ? singular : plural}`;
}

/** A share of 1 as `91.2 %`. */
export function formatPercent(share: number | null | undefined, decimals = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${(share * 100).toFixed(decimals)}\u00a0%`;
}

/** A learning rate or other setting: shortest form that keeps the value. */
export function formatSetting(value: unknown): string {
  if (value === null || value === undefined) return "none";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") {
    return value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential().replace("e", " e") : String(value);
  }
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(formatSetting).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}
