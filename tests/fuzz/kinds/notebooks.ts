/** Notebooks' files, damaged: what is read of one must be what was put in. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { unzipSync, zipSync } from "fflate";
import { readNotebook } from "../../../src/page/kept/notebook-file";
import type { Kept } from "../../../src/page/store/notebook";
import { openRecord, readRecord } from "../../../src/page/store/session";
import { textOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeBytes, pick, several } from "../mutate";

const FILE = fileURLToPath(new URL("../../fixtures/versions/notebook-1.zip", import.meta.url));

export const notebooks: FuzzKind = {
  name: "notebooks",
  async prepare() {
    const whole = new Uint8Array(readFileSync(FILE));
    const files = unzipSync(whole);
    const stored = zipSync(files, { level: 0 });
    const expected = contentOf(readNotebook(whole));
    return (random) => {
      // In half of them the content itself is damaged, with checksums that are right.
      if (random.next() < 0.5) {
        const path = pick(random, ["notebook.json", "comparisons/1.json"]);
        const { value, what } = several(random, files[path]!, changeBytes);
        return {
          what: `${path}: ${what}`,
          text: textOf(value),
          read: async () => {
            const read = readNotebook(zipSync({ ...files, [path]: value }));
            // Whatever it says now, the page must be able to show it.
            for (const [, record] of read.records) openRecord(readRecord(record));
            return null;
          },
        };
      }
      const { value, what } = several(random, pick(random, [whole, stored]), changeBytes);
      return {
        what,
        text: textOf(value),
        read: async () => {
          const read = readNotebook(value);
          return contentOf(read) === expected ? null : "what was read is not what the file was made of";
        },
      };
    };
  },
};

/** Adapters by their size: their content a checksum holds. */
function contentOf({ records, labels, adapters }: Kept): string {
  return JSON.stringify([records, labels, adapters.map(([run, zip]) => [run, zip.size])]);
}
