/**
 * Which columns of a Parquet file are durations. Parquet has no such type: pyarrow and pandas write
 * whole numbers, and keep Arrow's own schema beside them. Not for what Parquet says itself.
 */

import { ByteBuffer } from "flatbuffers";

export type TimeUnit = "SECONDS" | "MILLIS" | "MICROS" | "NANOS";

/** A field of Arrow's schema: the unit of a duration, else null; and the fields in it. */
export interface ArrowField {
  readonly duration: TimeUnit | null;
  readonly children: readonly ArrowField[];
}

/** Numbers of Arrow's Schema.fbs: the type Duration, and its units in order. */
const DURATION = 18;
const UNITS: readonly TimeUnit[] = ["SECONDS", "MILLIS", "MICROS", "NANOS"];
/** Places in the tables of Message.fbs and Schema.fbs: of the n-th member 4 + 2 n. */
const HEADER = 8;
const FIELDS = 6;
const FIELD = { typeOf: 8, type: 10, children: 14 } as const;
const UNIT = 4;
/** Deeper than any table of people; bounds the reader's own stack. */
const DEEPEST = 64;

/**
 * The columns in their order; none where the text is no schema of Arrow's.
 * @param encoded base64 of the message that Parquet files keep as `ARROW:schema`
 */
export function readArrowSchema(encoded: string): readonly ArrowField[] {
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const isMarked = new DataView(bytes.buffer).getInt32(0, true) === -1;
    const buffer = new ByteBuffer(bytes.subarray(isMarked ? 8 : 4));
    const message = buffer.readInt32(0);
    const schema = buffer.__indirect(message + buffer.__offset(message, HEADER));
    return fieldsIn(buffer, schema, FIELDS, 0);
  } catch {
    // Damaged, or another version: the columns are the whole numbers that they are stored as.
    return [];
  }
}

function fieldsIn(buffer: ByteBuffer, table: number, member: number, depth: number): ArrowField[] {
  const place = buffer.__offset(table, member);
  if (place === 0 || depth > DEEPEST) return [];
  const start = buffer.__vector(table + place);
  const count = buffer.__vector_len(table + place);
  if (start + 4 * count > buffer.capacity()) throw new RangeError("more fields than bytes");
  return Array.from({ length: count }, (_, index) => {
    const field = buffer.__indirect(start + 4 * index);
    return { duration: durationOf(buffer, field), children: fieldsIn(buffer, field, FIELD.children, depth + 1) };
  });
}

function durationOf(buffer: ByteBuffer, field: number): TimeUnit | null {
  const kind = buffer.__offset(field, FIELD.typeOf);
  const place = buffer.__offset(field, FIELD.type);
  if (kind === 0 || place === 0 || buffer.readUint8(field + kind) !== DURATION) return null;
  const type = buffer.__indirect(field + place);
  const unit = buffer.__offset(type, UNIT);
  return UNITS[unit === 0 ? 1 : buffer.readInt16(type + unit)] ?? null;
}
