/** Addresses that hold a configuration, as they arrive: cut, changed or written by others. */

import { readModel } from "../../../src/base/read-model";
import { fromFragment } from "../../../src/page/store/link";
import { readLink } from "../../../src/plan/read-link";
import { fixtureModel } from "../../fixtures/reference";
import type { FuzzKind } from "../kind";
import { changeJson, changeText, type Json } from "../mutate";

const LINK: Json = {
  version: 2,
  data: { task: "sequence-classification", columns: { text: "text", label: "label" }, test: 0.1, group: null },
  training: { seed: 0, steps: 200, batchSize: 8, evalEvery: 25, seeds: 1 },
  runs: [
    { name: "SK-Prefix", method: "sk-prefix", options: { text: "Say what it is about:" } },
    { name: "LoRA", method: "lora", options: { rank: 4, pattern: "q_proj|v_proj" }, learningRate: 0.001 },
    { name: "Houlsby", method: "adapter-houlsby", options: {} },
  ],
};

export const links: FuzzKind = {
  name: "addresses",
  async prepare() {
    const model = await readModel(fixtureModel("tiny-llama"));
    return (random) => {
      const json = changeJson(random, LINK);
      const address = `#c=${Buffer.from(json.value).toString("base64url")}`;
      const changed = random.next() < 0.2 ? changeText(random, address) : { value: address, what: "" };
      return {
        what: [json.what, changed.what].filter((what) => what !== "").join(", "),
        text: json.value,
        read: async () => {
          const linked = fromFragment(changed.value);
          if (linked === null) return null;
          const { training, runs } = readLink(linked, model);
          const numbers = Object.entries(training).filter(([, value]) => typeof value === "number");
          const odd = numbers.find(([, value]) => !Number.isFinite(value) || Math.abs(value as number) > 2 ** 53);
          if (odd) return `training's ${odd[0]} is ${odd[1]}`;
          const none = runs.find(({ run }) => typeof run.name !== "string" || typeof run.method !== "string");
          return none === undefined ? null : `the run ${JSON.stringify(none).slice(0, 80)}`;
        },
      };
    };
  },
};
