/**
 * What a batch holds beside ids and lengths: named channels, each of so many numbers for every row
 * or every token. A task says which its loss reads, a model family which enter the model; arrays,
 * device buffers, their bytes and filling follow from what is said here. Not for which rows make a
 * batch (`batches.ts`).
 */

import type { Scale } from "./types";

export interface Channel {
  /**
   * The field of a row that holds it, if the row has any; the Program's input; the loss's place.
   */
  readonly name: string;
  readonly type: "int32" | "float32";
  /** Whether it has something for every token, or for the row. */
  readonly perToken: boolean;
  /** Numbers for each of them. */
  readonly width: number;
  /**
   * What stands in padding, in rows that only fill up a batch, and in rows that have nothing of it.
   */
  readonly filler: number;
  /**
   * The row's numbers are in these units: (number − mean) / deviation is what the batch holds.
   * Null: they stay as they are.
   */
  readonly scale?: Scale | null;
}

export type ChannelArray = Int32Array | Float32Array;
/** What a row has of a channel: in float64 where it is scaled before it is put into a batch. */
type RowArray = ChannelArray | Float64Array;

/** The label of a row that only fills up a short batch; the loss leaves it out. */
export const IGNORED_LABEL = -100;

const labels = { name: "labels", type: "int32", width: 1, filler: IGNORED_LABEL } as const;

/** Class ids, one of each row: negative where there is none, 0 where `values` say it. */
export const rowLabels: Channel = { ...labels, perToken: false };

/** Class ids, one of each token, negative where there is none. */
export const tokenLabels: Channel = { ...labels, perToken: true };

/** Of every token 0, or 1 where it is of a second text. */
export const tokenTypes: Channel = { name: "types", type: "int32", perToken: true, width: 1, filler: 0 };

/** So many numbers that a row's read-out is held to. */
export function targetValues(width: number, scale: Scale | null = null): Channel {
  return { name: "values", type: "float32", perToken: false, width, filler: 0, scale };
}

/**
 * What each label of a channel counts for: those of training rows where rows, tokens or classes are
 * weighted. Labels of all other rows weigh 1.
 */
export function labelWeights({ perToken }: Channel): Channel {
  return { name: "weights", type: "float32", perToken, width: 1, filler: 1 };
}

export const EARLIER_LOSSES = "earlierLosses";

/** What the untrained model loses on each label of a channel; nats. */
export function earlierLosses({ perToken }: Channel): Channel {
  return { name: EARLIER_LOSSES, type: "float32", perToken, width: 1, filler: 0 };
}

/** As `labelWeights` what each of so many values counts for where it is 1. */
export function positiveWeights(width: number): Channel {
  return { name: "positiveWeights", type: "float32", perToken: false, width, filler: 1 };
}

/** Elements of a channel in a batch of `size` rows of `tokens` tokens. */
export function channelLength({ perToken, width }: Channel, size: number, tokens: number): number {
  return size * (perToken ? tokens : 1) * width;
}

/** What a row has of a channel; undefined where it has nothing. */
export function readChannel(row: object, { name }: Channel): RowArray | undefined {
  return (row as Readonly<Record<string, RowArray | undefined>>)[name];
}

/**
 * Puts what a row has of a channel into its array [rows, `stride`] at a row's place; what it has
 * not stays as it is.
 */
export function fillChannel(into: ChannelArray, channel: Channel, row: object, slot: number, stride: number): void {
  const own = readChannel(row, channel);
  if (!own) return;
  const { scale } = channel;
  if (!scale) into.set(own, slot * stride);
  else for (let i = 0; i < own.length; i++) into[slot * stride + i] = (own[i]! - scale.mean) / scale.deviation;
}

/** A row without its first token, in all channels. */
export function withoutFirstToken<Row extends { readonly ids: Int32Array }>(
  row: Row,
  channels: readonly Channel[],
): Row {
  const shorter = channels.flatMap((channel) => {
    const own = channel.perToken && readChannel(row, channel);
    return own ? [[channel.name, own.subarray(channel.width)]] : [];
  });
  return { ...row, ids: row.ids.subarray(1), ...Object.fromEntries(shorter) };
}
