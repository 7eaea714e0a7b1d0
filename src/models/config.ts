/** Reads a config.json through a schema and says in one sentence what does not fit. */

import type * as z from "zod";

/** Throws an Error naming every key that does not fit and why. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`);
  throw new Error(`config.json does not fit its family. ${problems.join("; ")}.`);
}
