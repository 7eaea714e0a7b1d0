/** What a configuration may say of a sweep, checked. What becomes of it: `sweep.ts`. */

import * as z from "zod";
import { float32Problem } from "./limits";
import { runNameSchema } from "./run-name-schema";
import { RATE, type Sweep } from "./sweep";

const scalar = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const value = z.union([scalar, z.array(scalar)], {
  error: "must be a number, a text, true or false, null, or a list of these",
});

/** Values by option, or by `learningRate`. */
export const sweepSchema: z.ZodType<Sweep> = z
  .record(
    z.string().min(1),
    z
      .array(value)
      .min(1, "must hold a value")
      .refine(
        (values) => new Set(values.map((one) => JSON.stringify(one))).size === values.length,
        "must not hold a value twice",
      ),
  )
  .superRefine((sweep, context) => {
    if (Object.keys(sweep).length === 0) {
      context.addIssue({ code: "custom", message: `names nothing to vary; write an option, or ${RATE}` });
    }
    for (const [index, rate] of (sweep[RATE] ?? []).entries()) {
      const issue = (message: string) => context.addIssue({ code: "custom", path: [RATE, index], message });
      if (typeof rate !== "number" || rate <= 0) issue("must be a number above 0");
      else if (float32Problem(rate) !== null) issue(float32Problem(rate)!);
    }
  });

/** Of which sweep a run is a point, and what that varies; the values are the run's own. */
export const sweptAsSchema = z.strictObject({
  run: runNameSchema,
  over: z.array(z.string().min(1)).min(1),
});
