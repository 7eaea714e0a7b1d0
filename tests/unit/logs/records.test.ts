/** CRC-32C by the examples of RFC 3720, and the frames of TFRecord files. */

import { utf8ToBytes } from "@noble/hashes/utils.js";
import { describe, expect, test } from "vitest";
import { crc32c } from "../../../src/logs/crc32c";
import { maskedSum, recordFile } from "../../../src/logs/records";

/** RFC 3720, appendix B.4: sums there stand with the lowest byte first. */
const EXAMPLES: [string, Uint8Array, string][] = [
  ["32 bytes of zeros", new Uint8Array(32), "aa 36 91 8a"],
  ["32 bytes of ones", new Uint8Array(32).fill(0xff), "43 ab a8 62"],
  ["32 bytes that go up", Uint8Array.from({ length: 32 }, (_, index) => index), "4e 79 dd 46"],
  ["32 bytes that go down", Uint8Array.from({ length: 32 }, (_, index) => 31 - index), "5c db 3f 11"],
  [
    "a command of iSCSI to read",
    Uint8Array.from([
      ...[0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
      ...[0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18],
      ...[0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00],
    ]),
    "56 3a 96 d9",
  ],
];

describe("CRC-32C", () => {
  test.each(EXAMPLES)("of %s", (_, bytes, sum) => {
    const lowest = new Uint8Array(4);
    new DataView(lowest.buffer).setUint32(0, crc32c(bytes), true);
    expect([...lowest].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")).toBe(sum);
  });

  test("of the nine digits is the check value of its catalogue entry", () => {
    expect(crc32c(utf8ToBytes("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array())).toBe(0);
  });
});

describe("a record file", () => {
  test("has length, sum, message and sum, one after the other", () => {
    const messages = ["", "first", "zweite"].map(utf8ToBytes);
    const file = recordFile(messages);
    const view = new DataView(file.buffer);
    let place = 0;
    for (const message of messages) {
      expect(view.getBigUint64(place, true)).toBe(BigInt(message.length));
      expect(view.getUint32(place + 8, true)).toBe(maskedSum(file.subarray(place, place + 8)));
      expect(file.subarray(place + 12, place + 12 + message.length)).toEqual(message);
      expect(view.getUint32(place + 12 + message.length, true)).toBe(maskedSum(message));
      place += 16 + message.length;
    }
    expect(place).toBe(file.length);
  });

  test("is empty without a message", () => {
    expect(recordFile([])).toHaveLength(0);
  });
});
