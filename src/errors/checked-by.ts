/** What a schema has against a value, in words: the value, its limits, and the nearest name. */

import * as z from "zod";
import { nearestName } from "./nearest-name";
import { beginning, shortened } from "./shortened";

/** Letters of a value that a message shows. */
const LONGEST = 60;

/** Of something that others wrote, so many things that do not fit are named. */
const MOST_ISSUES = 5;

/** Of keys that there are none of. */
const MOST_KEYS = 3;

/** Nodes of a JSON Schema. */
type Node = Readonly<Record<string, unknown>>;

/** One thing that does not fit. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  /** Without the path: "must be at most 10, and is 12". */
  readonly message: string;
  /** zod's name for the kind of it. */
  readonly code: string;
  /** Of keys that there are none of: which. */
  readonly keys: readonly string[];
}

/**
 * Checks a value.
 * @param noun what a key of it is called, for example "option"; default: nothing
 * @returns the value as the schema gives it, or what it has against it
 */
export function checkedBy<T>(
  schema: z.ZodType<T>,
  value: unknown,
  noun = "",
): { value: T } | { issues: SchemaIssue[] } {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return { value: result.data };
  const issues = strictest(result.error.issues.flatMap(unfolded)).map(
    (issue): SchemaIssue => ({
      path: issue.path,
      message: inWords(issue, schema, noun),
      code: issue.code,
      keys: issue.code === "unrecognized_keys" ? issue.keys : [],
    }),
  );
  return { issues };
}

/** `training.seeds: must be at most 10, and is 12`; without a path it begins with `whole`. */
export function issueLine({ path, message }: Pick<SchemaIssue, "path" | "message">, whole: string): string {
  return path.length > 0 ? `${z.core.toDotPath([...path])}: ${message}` : `${whole} ${message}`;
}

/** The first of them in one line without a full stop, for a file that others wrote. */
export function issueLines(issues: readonly SchemaIssue[], whole = "it"): string {
  const said = issues.slice(0, MOST_ISSUES).map((issue) => shortened(issueLine(issue, whole).replace(/\.$/, ""), 300));
  const more = issues.length - said.length;
  return [...said, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}

/**
 * Of something that may be of several kinds: what is wrong within it, where it is of one of them
 * but for that; of several the one that has the least against it.
 */
function unfolded(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || hasOwnWords(issue)) return [issue];
  // One that has what another kind may not have is of another kind.
  const within = kindsOf(issue).filter((kind) =>
    kind.every((inner) => inner.path.length > 0 && !(inner.code === "invalid_type" && inner.expected === "undefined")),
  );
  const least = Math.min(...within.map(({ length }) => length));
  const nearest = within.filter(({ length }) => length === least);
  if (nearest.length !== 1) return [issue];
  return nearest[0]!.flatMap((inner) => unfolded({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** What is against each kind that it may be of, those of kinds that are several themselves, too. */
function kindsOf({ errors }: z.core.$ZodIssueInvalidUnion): (readonly z.core.$ZodIssue[])[] {
  return errors.flatMap((kind) => {
    const [only, ...others] = kind;
    const isSeveral = others.length === 0 && only?.code === "invalid_union" && only.path.length === 0;
    if (isSeveral) return kindsOf(only);
    return kind.length > 0 ? [kind] : [];
  });
}

/** Of several limits of one kind that a value is beyond, the narrowest; in linear time. */
function strictest(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const narrowest = new Map<string, number>();
  const limits = issues.map((issue) => {
    if (issue.code !== "too_big" && issue.code !== "too_small") return null;
    const limit = issue.code === "too_big" ? -Number(issue.maximum) : Number(issue.minimum);
    const of = `${issue.code} ${z.core.toDotPath(issue.path)}`;
    narrowest.set(of, Math.max(limit, narrowest.get(of) ?? Number.NEGATIVE_INFINITY));
    return { of, limit };
  });
  return issues.filter((_, index) => {
    const limit = limits[index];
    return !limit || limit.limit === narrowest.get(limit.of);
  });
}

/** What a schema says in its own words is said in these. */
function hasOwnWords(issue: z.core.$ZodIssue): boolean {
  const usual = z.config().localeError?.(issue as z.core.$ZodRawIssue);
  return issue.message !== (typeof usual === "string" ? usual : usual?.message);
}

function inWords(issue: z.core.$ZodIssue, schema: z.ZodType, noun: string): string {
  const { input } = issue;
  if (hasOwnWords(issue)) return issue.message;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = namesAt(schema, issue.path);
      const kind = noun && `${noun} `;
      const named = issue.keys.slice(0, MOST_KEYS).map((key) => `has no ${kind}"${cut(key)}"${meant(key, known)}`);
      const more = issue.keys.length - named.length;
      return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", and ");
    }
    case "invalid_type":
    case "invalid_value":
      return `must be ${wanted(issue)}${found(input)}${near(input, namesOf(issue))}`;
    case "invalid_union": {
      // The kind is said by one of its keys, or is none of several.
      const { discriminator } = issue;
      const given = discriminator === undefined ? input : (input as Node)[discriminator];
      return `must be ${wanted(issue)}${found(given)}${near(given, namesOf(issue))}`;
    }
    case "too_big": {
      const { maximum, inclusive, origin } = issue;
      return limited(inclusive === false ? "below" : "at most", maximum, origin, input);
    }
    case "too_small": {
      const { minimum, inclusive, origin } = issue;
      return limited(inclusive === false ? "above" : "at least", minimum, origin, input);
    }
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}${found(input)}`;
    default:
      return issue.message;
  }
}

/** What may stand there: `a number`, `one of red, green`, `off or an object`. */
function wanted(issue: z.core.$ZodIssue): string {
  const names = namesOf(issue);
  switch (issue.code) {
    case "invalid_type":
      return kinds[issue.expected] ?? issue.expected;
    case "invalid_union":
      if (issue.errors.length > 0)
        return [...new Set(issue.errors.flatMap(([first]) => first ?? []).map(wanted))].join(" or ");
      break;
  }
  return names.length > 0 ? `${names.length === 1 ? "" : "one of "}${names.join(", ")}` : "of another kind";
}

/** The words that may stand there; none where it need not be a word. */
function namesOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_value") return issue.values.map(String);
  if (issue.code !== "invalid_union") return [];
  return [
    ...((issue as { options?: readonly unknown[] }).options ?? []).map(String),
    ...issue.errors.flat().flatMap(namesOf),
  ];
}

const near = (input: unknown, names: readonly string[]) => (typeof input === "string" ? meant(input, names) : "");

const kinds: Readonly<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  string: "a text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

/** What the parts of something with a length are called. */
const entries = { one: "entry", several: "entries" };
const parts: Readonly<Record<string, typeof entries>> = {
  string: { one: "character", several: "characters" },
  array: entries,
  set: entries,
};

function limited(how: string, limit: number | bigint, origin: string, input: unknown): string {
  const part = parts[origin];
  if (!part) return `must be ${how} ${limit}, and is ${shown(input)}`;
  const length = (input as { length?: number }).length ?? 0;
  if (how === "at least" && Number(limit) === 1 && length === 0) return "must not be empty";
  return `must have ${how} ${limit} ${Number(limit) === 1 ? part.one : part.several}, and has ${length === 0 ? "none" : length}`;
}

function found(input: unknown): string {
  return input === undefined ? ", and is missing" : `, and is ${shown(input)}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return `"${cut(value)}"`;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}

function cut(text: string): string {
  return text.length > LONGEST ? `${beginning(text, LONGEST)}…` : text;
}

/** "; did you mean x?" and what else there is; nothing where there are no names. */
function meant(name: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  return `; did you mean ${nearestName(cut(name), known)}?`;
}

/** The keys that an object at this place may have. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Node;
  let nodes = alternatives(root, root);
  for (const key of path)
    nodes = nodes.flatMap((node) => within(node, key)).flatMap((node) => alternatives(node, root));
  return nodes.flatMap(({ properties }) => Object.keys((properties ?? {}) as Node));
}

/** A node with what it refers to, or the nodes that it is any of. */
function alternatives(node: Node, root: Node): Node[] {
  const name = typeof node.$ref === "string" ? node.$ref.split("/").at(-1)! : null;
  if (name !== null) return alternatives((root.$defs as Record<string, Node>)[name]!, root);
  const several = [node.anyOf, node.oneOf, node.allOf].filter(Array.isArray).flat() as Node[];
  return [node, ...several.flatMap((one) => alternatives(one, root))];
}

function within({ properties, items, additionalProperties }: Node, key: PropertyKey): Node[] {
  if (typeof key === "number") return isNode(items) ? [items] : [];
  const own = isNode(properties) && Object.hasOwn(properties, key) ? properties[String(key)] : additionalProperties;
  return isNode(own) ? [own] : [];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
