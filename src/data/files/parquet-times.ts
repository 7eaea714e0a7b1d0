/**
 * Times of day and durations of a Parquet file, which are stored as counts of a unit, as ISO 8601
 * writes them. Not for moments and dates, which the library reads.
 */

import type { FileMetaData, SchemaElement, SchemaTree } from "hyparquet";
import { parquetSchema } from "hyparquet";
import { type ArrowField, readArrowSchema, type TimeUnit } from "./arrow-schema";

/** Puts texts in place of counts, in lists and structs as well. */
export type TimeReader = (value: unknown) => unknown;

const NANOSECONDS: Readonly<Record<TimeUnit, bigint>> = {
  SECONDS: 1_000_000_000n,
  MILLIS: 1_000_000n,
  MICROS: 1000n,
  NANOS: 1n,
};

/** A reader for each column in order; null where there is no time or duration in it. */
export function timeReaders(metadata: FileMetaData): (TimeReader | null)[] {
  const kept = metadata.key_value_metadata?.find(({ key }) => key === "ARROW:schema")?.value;
  const arrow = kept === undefined ? [] : readArrowSchema(kept);
  return parquetSchema(metadata).children.map((column, place) => readerOf(column, arrow[place]));
}

function readerOf(node: SchemaTree, arrow: ArrowField | undefined): TimeReader | null {
  const { element, children } = node;
  if (children.length === 0) {
    const unit = unitOf(element);
    if (unit) return (value) => counted(value, unit, timeOfDay);
    const duration = element.type === "INT64" ? arrow?.duration : null;
    return duration ? (value) => counted(value, duration, isoDuration) : null;
  }
  if (element.converted_type === "LIST" || element.logical_type?.type === "LIST") {
    const [within] = children;
    const inner = within && readerOf(within.children[0] ?? within, arrow?.children[0]);
    return inner ? (value) => (Array.isArray(value) ? value.map(inner) : value) : null;
  }
  const readers = children.flatMap((child, place) => {
    const inner = readerOf(child, arrow?.children[place]);
    return inner ? [[child.element.name, inner] as const] : [];
  });
  if (readers.length === 0) return null;
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const read = readers.flatMap(([name, inner]) =>
      Object.hasOwn(value, name) ? [[name, inner((value as Record<string, unknown>)[name])]] : [],
    );
    return { ...value, ...Object.fromEntries(read) };
  };
}

function unitOf({ converted_type, logical_type }: SchemaElement): TimeUnit | null {
  if (logical_type?.type === "TIME") return logical_type.unit;
  return converted_type === "TIME_MILLIS" ? "MILLIS" : converted_type === "TIME_MICROS" ? "MICROS" : null;
}

function counted(value: unknown, unit: TimeUnit, write: (nanoseconds: bigint) => string): unknown {
  if (typeof value !== "number" && typeof value !== "bigint") return value;
  return write(BigInt(value) * NANOSECONDS[unit]);
}

/** `12:30:00`, `12:30:00.250`: fractions in groups of three digits. */
function timeOfDay(nanoseconds: bigint): string {
  const { hours, minutes, seconds, fraction } = parts(nanoseconds);
  const digits = fraction.replace(/(000)+$/, "");
  const clock = [hours, minutes, seconds].map((part) => String(part).padStart(2, "0")).join(":");
  return digits === "" ? clock : `${clock}.${digits}`;
}

/** `P1DT2H3M4.5S`; of negative ones only the days are negative, as pandas writes them. */
function isoDuration(nanoseconds: bigint): string {
  const day = 24n * 3600n * NANOSECONDS.SECONDS;
  const rest = ((nanoseconds % day) + day) % day;
  const { hours, minutes, seconds, fraction } = parts(rest);
  const digits = fraction.replace(/0+$/, "");
  return `P${(nanoseconds - rest) / day}DT${hours}H${minutes}M${seconds}${digits === "" ? "" : `.${digits}`}S`;
}

function parts(nanoseconds: bigint) {
  const seconds = nanoseconds / NANOSECONDS.SECONDS;
  const fraction = String(nanoseconds % NANOSECONDS.SECONDS).padStart(9, "0");
  return { hours: seconds / 3600n, minutes: (seconds / 60n) % 60n, seconds: seconds % 60n, fraction };
}
