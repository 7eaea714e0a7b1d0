/** Reads a config.json through a schema and says in one sentence what does not fit. */

import type * as z from "zod";
import { checkedBy, issueLines } from "../errors/checked-by";
import { sentence } from "../errors/sentence";
import { checkLimits } from "./sizes";

type Json = Readonly<Record<string, unknown>>;

/**
 * A null that the schema has no meaning for counts as left out: Python writes None where nothing
 * was set. Throws an Error naming every key that does not fit and why.
 */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  checkLimits(json as Json);
  const checked = checkedBy(schema, json);
  if ("value" in checked) return checked.value as z.output<Schema>;
  const unset = new Set(checked.issues.map(({ path: [key] }) => key).filter((key) => isNull(json as Json, key)));
  if (unset.size > 0) {
    return parseConfig(schema, Object.fromEntries(Object.entries(json as Json).filter(([key]) => !unset.has(key))));
  }
  throw new Error(sentence(`config.json does not fit its family. ${issueLines(checked.issues)}`));
}

const isNull = (json: Json, key: PropertyKey | undefined) => typeof key === "string" && json[key] === null;
