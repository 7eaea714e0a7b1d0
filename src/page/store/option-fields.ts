/** Reads a method's JSON Schema (as zod writes it) into the fields of a form. Knows no method. */

import type { NumberRange } from "../fields/read-number";

interface Common {
  key: string;
  title: string;
  description: string;
  /** The empty field means null. */
  nullable: boolean;
  /** Values of other options without one of which this one does nothing. */
  onlyWith: Record<string, readonly unknown[]>;
  /** Of a low-rank pair's rank: the options of the prompt and the positions beside it. */
  equalBudget: { tokens: string; positions: string } | null;
}

export type OptionField = Common &
  /** `slider`: between limits that are close enough to slide. */
  (
    | { kind: "number"; range: NumberRange; slider: boolean }
    | { kind: "boolean" }
    | { kind: "choice"; choices: (string | number)[] }
    /** `choices` null: any of the model's linear layers, and those `beside` them. */
    | { kind: "set"; choices: string[] | null; beside: string[]; least: number }
    /** Texts, one on each line. */
    | { kind: "list" }
    /** `lines`: it may have line breaks. */
    | { kind: "text"; longest: number | null; shortest: number; lines: boolean }
    /** A text the model reads: shown with its tokens. `saysTask`: one that data suggest. */
    | { kind: "semantic-text"; shortest: number; saysTask: boolean }
    /** Labelled examples: shown with their tokens, and what each label's loss counts. */
    | { kind: "examples"; shortest: number }
    /** Numbers by pattern. */
    | { kind: "pairs" }
    /** A shape this form has no field for; its value can be set in a configuration file. */
    | { kind: "other" }
  );

type Schema = Record<string, unknown>;

/** The fields of an options schema in its order. */
export function optionFields(schema: Schema): OptionField[] {
  const properties = isSchema(schema.properties) ? schema.properties : {};
  return Object.entries(properties)
    .filter((entry): entry is [string, Schema] => isSchema(entry[1]))
    .map(([key, property]) => readField(key, property));
}

/** Whether a field does anything beside these values of the other options. */
export function isInUse({ onlyWith }: OptionField, options: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(onlyWith).every(([key, values]) => values.includes(options[key]));
}

function readField(key: string, property: Schema): OptionField {
  const { schema, nullable } = withoutNull(property);
  const text = (name: string) => [property[name], schema[name]].find((value) => typeof value === "string") as string;
  const common: Common = {
    key,
    title: text("title") ?? spaceOut(key),
    description: text("description") ?? "",
    nullable,
    onlyWith: isSchema(property.onlyWith) ? (property.onlyWith as Common["onlyWith"]) : {},
    equalBudget: isSchema(property.equalBudget) ? (property.equalBudget as Common["equalBudget"]) : null,
  };
  const choices = literals(schema);
  if (choices) return { ...common, kind: "choice", choices };
  switch (schema.type) {
    case "integer":
    case "number":
      return {
        ...common,
        kind: "number",
        range: { ...numberRange(schema), optional: nullable },
        slider: property.format === "slider" && !nullable,
      };
    case "boolean":
      return { ...common, kind: "boolean" };
    case "string": {
      const shortest = typeof schema.minLength === "number" ? schema.minLength : 0;
      if ([property.format, schema.format].includes("examples")) return { ...common, kind: "examples", shortest };
      if ([property.format, schema.format].includes("semantic-text")) {
        return { ...common, kind: "semantic-text", shortest, saysTask: property.saysTask === true };
      }
      return {
        ...common,
        kind: "text",
        shortest,
        longest: typeof schema.maxLength === "number" ? schema.maxLength : null,
        lines: property.format === "lines",
      };
    }
    case "array": {
      const items = isSchema(schema.items) ? schema.items : {};
      const values = literals(items);
      if (property.format === "lines") return { ...common, kind: "list" };
      if (!values && items.type !== "string") return { ...common, kind: "other" };
      const least = typeof schema.minItems === "number" ? schema.minItems : 0;
      const beside = Array.isArray(property.beside) ? property.beside.map(String) : [];
      return { ...common, kind: "set", choices: values ? values.map(String) : null, beside, least };
    }
    case "object": {
      const values = isSchema(schema.additionalProperties) ? schema.additionalProperties : {};
      const numbers = values.type === "number" || values.type === "integer";
      return { ...common, kind: numbers ? "pairs" : "other" };
    }
    default:
      return { ...common, kind: "other" };
  }
}

/** `anyOf: [X, {type: "null"}]` and `type: ["integer", "null"]` become X. */
function withoutNull(property: Schema): { schema: Schema; nullable: boolean } {
  const branches = [property.anyOf, property.oneOf].find(Array.isArray) as Schema[] | undefined;
  if (branches) {
    const rest = branches.filter((branch) => branch.type !== "null");
    const only = rest[0];
    if (rest.length === 1 && only) return { schema: only, nullable: rest.length < branches.length };
  }
  if (Array.isArray(property.type)) {
    const types = property.type.filter((type) => type !== "null");
    return { schema: { ...property, type: types[0] }, nullable: types.length < property.type.length };
  }
  return { schema: property, nullable: false };
}

/** The values of an enumeration, however it is written. */
function literals(schema: Schema): (string | number)[] | null {
  const isLiteral = (value: unknown) => typeof value === "string" || typeof value === "number";
  if (Array.isArray(schema.enum) && schema.enum.every(isLiteral)) return schema.enum;
  const branches = [schema.anyOf, schema.oneOf].find(Array.isArray) as Schema[] | undefined;
  if (branches?.every((branch) => isLiteral(branch.const))) {
    return branches.map((branch) => branch.const as string | number);
  }
  return isLiteral(schema.const) ? [schema.const as string | number] : null;
}

function numberRange(schema: Schema): NumberRange {
  const integer = schema.type === "integer";
  const limit = (name: string) => {
    const value = schema[name];
    // zod writes the safe-integer limits for every integer; they tell a person nothing.
    return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER ? value : undefined;
  };
  return {
    integer,
    min: limit("minimum"),
    max: limit("maximum"),
    above: limit("exclusiveMinimum"),
    below: limit("exclusiveMaximum"),
  };
}

function spaceOut(key: string): string {
  const words = key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
