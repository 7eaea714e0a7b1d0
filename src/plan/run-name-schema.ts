/** A run's name as a configuration has it. What may be in one: `run-name.ts`. */

import * as z from "zod";
import { LONGEST_NAME, runNameProblem } from "./run-name";

export const runNameSchema = z
  .string()
  .max(LONGEST_NAME)
  .superRefine((name, context) => {
    const problem = runNameProblem(name);
    if (problem !== null) context.addIssue({ code: "custom", message: problem });
  });
