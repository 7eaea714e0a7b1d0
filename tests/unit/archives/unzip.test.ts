/** Zips are held to their checksums; node's zlib is the oracle of the sum. */

import { crc32 as nodeCrc32 } from "node:zlib";
import { strFromU8, strToU8, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { crc32 } from "../../../src/archives/crc32";
import { unzip } from "../../../src/archives/unzip";

const all = () => true;
const zip = (level: 0 | 6 = 6) =>
  zipSync({ "a/one.txt": strToU8("the one ".repeat(40)), "a/grün.txt": strToU8("two") }, { level });

test.each(["", "123456789", "grün".repeat(5000)])("the sum of %.10s", (text) => {
  const bytes = strToU8(text);
  expect(crc32(bytes)).toBe(nodeCrc32(bytes));
  expect(crc32(bytes.subarray(4), crc32(bytes.subarray(0, 4)))).toBe(nodeCrc32(bytes));
});

test.each([0, 6] as const)("files that are wanted, at level %i", (level) => {
  const files = unzip(zip(level), (path) => path.endsWith("grün.txt"), 100);
  expect([...files].map(([path, bytes]) => [path, strFromU8(bytes)])).toEqual([["a/grün.txt", "two"]]);
});

test("a zip inside a larger buffer", () => {
  const inner = zip();
  const outer = new Uint8Array(inner.length + 7);
  outer.set(inner, 7);
  expect(unzip(outer.subarray(7), all, 1000).size).toBe(2);
});

test("a zip without files", () => {
  expect(unzip(zipSync({}), all, 0).size).toBe(0);
});

/** Where a 32-bit signature begins. */
function placeOf(bytes: Uint8Array, signature: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length - 4 }, (_, at) => at).find((at) => view.getUint32(at, true) === signature)!;
}

function changed(level: 0 | 6, at: (bytes: Uint8Array) => number, change: (byte: number) => number): Uint8Array {
  const bytes = zip(level);
  const place = at(bytes);
  bytes[place] = change(bytes[place]!);
  return bytes;
}
const directory = (bytes: Uint8Array) => placeOf(bytes, 0x02014b50);

describe("refused", () => {
  test.each<[what: string, bytes: Uint8Array, message: RegExp]>([
    [
      "a flipped bit of a stored file",
      changed(
        0,
        () => 60,
        (byte) => byte ^ 1,
      ),
      /damaged: "a\/one\.txt" has the checksum [0-9a-f]{8} instead of [0-9a-f]{8}\. Get it again/,
    ],
    [
      "another name in the directory, which would hide the file",
      changed(
        6,
        (bytes) => directory(bytes) + 46,
        (byte) => byte ^ 2,
      ),
      /its directory names "c\/one\.txt" what is called "a\/one\.txt" in its place/,
    ],
    [
      "another place in the directory",
      changed(
        6,
        (bytes) => directory(bytes) + 42,
        (byte) => byte ^ 1,
      ),
      /its directory is damaged: there is no file where it says/,
    ],
    [
      "fewer files in the directory's end than in the directory",
      changed(
        6,
        (bytes) => placeOf(bytes, 0x06054b50) + 8,
        (byte) => byte - 1,
      ),
      /its directory has more files than it says/,
    ],
    [
      "another checksum",
      changed(
        6,
        (bytes) => directory(bytes) + 16,
        (byte) => byte ^ 255,
      ),
      /damaged: "a\/one\.txt"/,
    ],
    [
      "another size",
      changed(
        6,
        (bytes) => directory(bytes) + 24,
        () => 9,
      ),
      /damaged: "a\/one\.txt"|can be read/,
    ],
    [
      "encrypted",
      changed(
        6,
        (bytes) => directory(bytes) + 8,
        (byte) => byte | 1,
      ),
      /locked by a password \("a\/one\.txt"/,
    ],
    ["cut short", zip().subarray(0, 100), /not a zip that can be read: it has no directory/],
    ["nothing", new Uint8Array(0), /not a zip that can be read/],
    ["a text", strToU8("no zip at all, but a text that goes on"), /not a zip that can be read/],
    [
      "a directory beyond the end",
      changed(
        6,
        (bytes) => bytes.length - 4,
        () => 255,
      ),
      /not a zip that can be read/,
    ],
  ])("%s", (_, bytes, message) => {
    expect(() => unzip(bytes, all, 1000)).toThrow(message);
  });

  test("every flipped byte of a stored file's content", () => {
    for (let at = 39; at < 39 + 320; at++) {
      expect(() =>
        unzip(
          changed(
            0,
            () => at,
            (byte) => byte ^ 0x10,
          ),
          all,
          1000,
        ),
      ).toThrow(/The zip is damaged/);
    }
  });

  test("more than the limit, before unpacking", () => {
    expect(() => unzip(zip(), all, 200)).toThrow("would unpack to 323 bytes, but at most 200 can be read");
  });

  test("one path twice", () => {
    const bytes = zipSync({ "x.txt": strToU8("1"), "y.txt": strToU8("2") }, { level: 0 });
    bytes.forEach((byte, at) => {
      if (byte === 0x79 && bytes[at + 1] === 0x2e) bytes[at] = 0x78;
    });
    expect(() => unzip(bytes, all, 1000)).toThrow('holds "x.txt" twice');
  });
});
