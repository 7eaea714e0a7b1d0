/**
 * Messages as a TFRecord file has them: length, its sum, the message, its sum
 * (https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details).
 */

import { crc32c } from "./crc32c";

const HEADER = 12;
const FOOTER = 4;

/** Messages one after the other, each in its frame. */
export function recordFile(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const size = messages.reduce((sum, { byteLength }) => sum + HEADER + byteLength + FOOTER, 0);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  let place = 0;
  for (const message of messages) {
    view.setBigUint64(place, BigInt(message.byteLength), true);
    view.setUint32(place + 8, maskedSum(file.subarray(place, place + 8)), true);
    file.set(message, place + HEADER);
    view.setUint32(place + HEADER + message.byteLength, maskedSum(message), true);
    place += HEADER + message.byteLength + FOOTER;
  }
  return file;
}

/** The sum turned by 15 bits, plus a constant: so that a sum of data that hold sums is no sum. */
export function maskedSum(bytes: Uint8Array): number {
  const sum = crc32c(bytes);
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}
