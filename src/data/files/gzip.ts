/**
 * A compressed file (`.csv.gz`, `.jsonl.gz`): the file within it, unpacked and checked by its sums.
 */

import { DataError } from "../errors";
import { checkBytes, type FileKind, type NamedBlob, type Taken } from "./records";

export const gzip: FileKind = {
  matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
  read: async (file, { kindName, taken, within }) =>
    within(await unpackGzip(file, taken), kindName.replace(/\.gz(ip)?$/i, "")),
};

/** Places that are tried as the end of a member, of a file that may be made to have many. */
const MOST_ENDS = 16;
/** What may stand at the end of a member as zeros: its sum, its size, and the last block. */
const MOST_ZEROS = 9;

/**
 * Unpacks a file of one member or of several (RFC 1952, as `cat a.gz b.gz` and bgzip make), zeros
 * behind them left out. Browsers take a file of one member alone, so that each is unpacked by
 * itself.
 * @throws DataError as `inflate`
 */
export async function unpackGzip(file: NamedBlob, taken: Taken): Promise<NamedBlob> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const padding = bytes.findLastIndex((byte) => byte !== 0) + 1;
  const members: Blob[] = [];
  let unpacked = 0;
  for (let start = 0; start < padding; ) {
    let damage: unknown = null;
    for (const end of memberEnds(bytes, start, padding)) {
      const stream = new Blob([bytes.subarray(start, end)]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>;
      try {
        const member = await inflate(stream, file.name, { ...taken, bytes: taken.bytes + unpacked });
        members.push(member);
        unpacked += member.size;
        start = end;
        damage = null;
        break;
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        damage = error;
      }
    }
    if (damage) throw damage;
  }
  return Object.assign(new Blob(members), { name: file.name });
}

/** Where the member that begins at `start` may end, the likeliest first. */
function* memberEnds(bytes: Uint8Array, start: number, padding: number): Generator<number> {
  let found = 0;
  for (let place = bytes.indexOf(0x1f, start + 1); place >= 0; place = bytes.indexOf(0x1f, place + 1)) {
    if (bytes[place + 1] !== 0x8b || bytes[place + 2] !== 8) continue;
    yield place;
    if (++found === MOST_ENDS) break;
  }
  yield bytes.length;
  for (let end = padding; end < Math.min(padding + MOST_ZEROS, bytes.length); end++) yield end;
}

/** What does not unpack to what it says of itself. */
class Damaged extends DataError {}

/**
 * Unpacks a stream of one member of gzip's format into a file of this name.
 * @throws DataError for damaged content, and with both numbers for one that is too large unpacked
 */
export async function inflate(
  packed: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
  taken: Taken,
): Promise<NamedBlob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      checkBytes(name, bytes, "Unpacked the file has at least", taken.bytes);
      parts.push(value);
    }
  } catch (error) {
    if (error instanceof DataError) {
      await reader.cancel().catch(() => {});
      throw error;
    }
    throw new Damaged({
      file: name,
      what: "The compressed file is damaged: it does not unpack to what its checksum says.",
      fix: "Bring or make it anew.",
    });
  }
  return Object.assign(new Blob(parts), { name });
}
