/** The text of the data in runs of a configuration that set none of their own. */

import { expect, test } from "vitest";
import config from "../../../public/models/tiny-base/config.json";
import { familyOf } from "../../../src/models/registry";
import { runSchema } from "../../../src/plan/configuration";
import { withTaskText } from "../../../src/worker/task-text";

const family = familyOf(config);
const facts = { family, config: family.readConfig(config) };
const run = (name: string, method: string, options: Record<string, unknown> = {}) =>
  runSchema.parse({ name, method, options });

test("every method that reads a text that says the task has it, where it has none of its own", () => {
  const runs = withTaskText(
    [
      run("reads", "sk-prefix"),
      run("its own", "sk-prefix", { text: "Say what it is:" }),
      run("starts from it", "prompt", { init: "text" }),
      run("reads none", "lora", { rank: 4 }),
    ],
    "Is the guest content:",
    facts,
  );
  expect(runs.map(({ options }) => options.text)).toEqual([
    "Is the guest content:",
    "Say what it is:",
    "Is the guest content:",
    undefined,
  ]);
  expect(runs[3]!.options).toEqual({ rank: 4 });
});
