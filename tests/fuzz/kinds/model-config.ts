/** config.json of every family, damaged, beside weights that are whole. */

import { readdir } from "node:fs/promises";
import { readModel } from "../../../src/base/read-model";
import { memoryFolder } from "../../unit/hub/memory-folder";
import { bytesOf, filesOf, textOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeJson, changeText, type Json, pick } from "../mutate";

const FOLDERS = ["tests/fixtures/families", "tests/fixtures/reference/models"];

export const modelConfig: FuzzKind = {
  name: "config.json",
  async prepare() {
    const paths = await Promise.all(
      FOLDERS.map(async (folder) => (await readdir(folder)).map((name) => `${folder}/${name}`)),
    );
    const models = await Promise.all(
      paths.flat().map(async (path) => ({ path, files: await filesOf(path, ["config.json", "model.safetensors"]) })),
    );
    return (random) => {
      const { path, files } = pick(random, models);
      const source = textOf(files["config.json"]!);
      const changed =
        random.next() < 0.15 ? changeText(random, source) : changeJson(random, JSON.parse(source) as Json);
      return {
        what: `${path.split("/").pop()}: ${changed.what}`,
        text: changed.value,
        bytes: bytesOf(changed.value),
        read: async () => {
          const { config, needed } = await readModel(memoryFolder({ ...files, "config.json": bytesOf(changed.value) }));
          const numbers = Object.entries(config).filter(([, value]) => typeof value === "number");
          const odd = numbers.find(([, value]) => !Number.isFinite(value) || (value as number) < 0);
          if (odd) return `${odd[0]} is ${odd[1]}`;
          return needed.length === 0 ? "a model without weights" : null;
        },
      };
    };
  },
};
