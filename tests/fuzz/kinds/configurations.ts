/** comparison.json of the headless runner, and of whoever opens one in the page. */

import { readdir, readFile } from "node:fs/promises";
import { readConfiguration } from "../../../src/plan/read-configuration";
import type { FuzzKind } from "../kind";
import { changeJson, changeText, type Json, pick } from "../mutate";

const FOLDERS = ["bench/tables/comparisons", "bench/tables/searches"];
const FLOAT32_MOST = 3.4028234663852886e38;

export const configurations: FuzzKind = {
  name: "comparison.json",
  async prepare() {
    const paths = await Promise.all(
      FOLDERS.map(async (folder) => (await readdir(folder)).map((name) => `${folder}/${name}`)),
    );
    const texts = await Promise.all(paths.flat().map(async (path) => ({ path, text: await readFile(path, "utf8") })));
    return (random) => {
      const { path, text } = pick(random, texts);
      const changed = random.next() < 0.15 ? changeText(random, text) : changeJson(random, JSON.parse(text) as Json);
      return {
        what: `${path}: ${changed.what}`,
        text: changed.value,
        read: async () => oddConfiguration(readConfiguration(changed.value)),
      };
    };
  },
};

/** Numbers that float32 or a seed cannot hold. */
export function oddConfiguration({ training, runs }: ReturnType<typeof readConfiguration>): string | null {
  if (!Number.isSafeInteger(training.seed) || !Number.isSafeInteger(training.seed + training.seeds))
    return `the seed ${training.seed}`;
  for (const { name, learningRate } of runs) {
    if (typeof name !== "string" || name === "") return "a run without a name";
    if (typeof learningRate !== "number") continue;
    if (Math.fround(learningRate) === 0 || learningRate > FLOAT32_MOST) return `the learning rate ${learningRate}`;
  }
  return new Set(runs.map(({ name }) => name)).size === runs.length ? null : "two runs of one name";
}
