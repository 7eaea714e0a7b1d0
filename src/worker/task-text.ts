/** The text that says the task, in runs of a configuration that set none of their own. */

import * as z from "zod";
import type { ModelFacts } from "../methods/method";
import { approaches } from "../methods/registry";
import type { RunConfiguration } from "../plan/configuration";

/**
 * The runs with this text in every option that says the task and is not set; `facts`: of a model,
 * whose options are meant.
 */
export function withTaskText(runs: readonly RunConfiguration[], text: string, facts: ModelFacts): RunConfiguration[] {
  return runs.map((run) => {
    const approach = approaches.find(({ id }) => id === run.method);
    if (!approach) return run;
    const { properties = {} } = z.toJSONSchema(approach.options(facts), { io: "output" });
    const saying = Object.entries(properties).filter(
      ([key, property]) =>
        typeof property === "object" && property.saysTask === true && !Object.hasOwn(run.options, key),
    );
    return { ...run, options: { ...run.options, ...Object.fromEntries(saying.map(([key]) => [key, text])) } };
  });
}
