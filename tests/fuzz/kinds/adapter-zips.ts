/** Zips of adapter folders, damaged: what is read of one must be what was put in. */

import { readdir } from "node:fs/promises";
import { zipSync } from "fflate";
import type { AdapterFolder } from "../../../src/adapters/folder";
import { readAdapterFiles, readAdapterZip } from "../../../src/adapters/read";
import { filesOf, textOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeBytes, pick, several } from "../mutate";
import { PEFT } from "./adapters";

export const adapterZips: FuzzKind = {
  name: "adapter zips",
  async prepare() {
    const names = await readdir(PEFT);
    const zips = await Promise.all(
      names.map(async (name) => {
        const files = await filesOf(`${PEFT}/${name}`);
        const inside = Object.fromEntries(Object.entries(files).map(([file, bytes]) => [`${name}/${file}`, bytes]));
        return {
          name,
          whole: contentOf(await readAdapterFiles(files)),
          stored: zipSync(inside, { level: 0 }),
          packed: zipSync(inside),
        };
      }),
    );
    return (random) => {
      const { name, whole, stored, packed } = pick(random, zips);
      const { value, what } = several(random, pick(random, [stored, packed]), changeBytes);
      return {
        what: `${name}: ${what}`,
        text: textOf(value),
        read: async () => {
          const read = contentOf(await readAdapterZip(value));
          return read === whole ? null : "what was read is not what the zip was made of";
        },
      };
    };
  },
};

/** Configuration and tensors as one text. */
function contentOf({ config, tensors, skTensors = [] }: AdapterFolder): string {
  const all = [...tensors, ...skTensors].map(({ name, shape, data }) => [name, shape, Array.from(data)]);
  return JSON.stringify([config, all]);
}
