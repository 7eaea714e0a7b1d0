/** The transforms, in the page's order; each is a file here and a line below. */

import * as z from "zod";
import type { Answer, OfferedTransform, RowTransform } from "../types";
import { augmentWords } from "./augment-words";
import { balance } from "./balance";
import { deduplicate } from "./deduplicate";
import { dropLabel } from "./drop-label";
import { dropLengths } from "./drop-lengths";
import { dropTexts } from "./drop-texts";
import type { Transform } from "./transform";
import { varyPrompts } from "./vary-prompts";

const ALL = [dropTexts, dropLengths, dropLabel, deduplicate, balance, augmentWords, varyPrompts] as const;

/** One of the list, as a configuration writes it. */
export const transformSchema = z.discriminatedUnion("do", [
  dropTexts.schema,
  dropLengths.schema,
  dropLabel.schema,
  deduplicate.schema,
  balance.schema,
  augmentWords.schema,
  varyPrompts.schema,
]);

/** @throws Error naming the field that is not as its transform has it */
export function readTransform(given: unknown): RowTransform {
  const read = transformSchema.safeParse(given);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  throw new Error(`${path.join(".")}: ${message}`);
}

/** A transform of any options; a row of the list has been read by its own schema. */
export function transformOf({ do: name }: Pick<RowTransform, "do">): Transform {
  return ALL.find(({ schema }) => schema.shape.do.value === name) as unknown as Transform;
}

/** Those for a task, whose fields offer the labels that there are. */
export function offeredTransforms(answer: Answer, labels: readonly string[]): OfferedTransform[] {
  return ALL.filter((transform) => (transform as unknown as Transform).suits?.(answer) ?? true).map(
    ({ title, summary, schema }): OfferedTransform => {
      const { properties } = z.toJSONSchema(schema, { io: "output" });
      const { do: _, ...fields } = properties as Record<string, Record<string, unknown>>;
      const offered = Object.entries(fields).map(
        ([key, field]) => [key, field.format === "label" ? { ...field, enum: [...labels] } : field] as const,
      );
      return {
        ...{ do: schema.shape.do.value, title, summary },
        optionsSchema: { properties: Object.fromEntries(offered) },
        start: Object.fromEntries(offered.map(([key, field]) => [key, startOf(field)])),
      };
    },
  );
}

function startOf(field: Record<string, unknown>): unknown {
  if (field.default !== undefined) return field.default;
  if (Array.isArray(field.enum)) return field.enum[0];
  return field.type === "array" ? [] : "";
}
