/**
 * What an address holds, checked before anything of it is used: what does not fit is left out and
 * said, so that the rest of the link still works. How an address is written: `page/store/link.ts`.
 */

import { issueLine, issueLines, type SchemaIssue } from "../errors/checked-by";
import { checkedSettings } from "../errors/checked-settings";
import { nearestName } from "../errors/nearest-name";
import { sentence } from "../errors/sentence";
import { beginning, shortened, shortenedJson } from "../errors/shortened";
import type { ModelFacts } from "../methods/method";
import { approaches } from "../methods/registry";
import {
  linkedDataSchema,
  linkedModelSchema,
  linkedRunSchema,
  type TrainingConfiguration,
  trainingSchema,
  type WrittenRun,
} from "./configuration";
import { MOST_RUNS } from "./limits";
import { LONGEST_NAME, runNameProblem } from "./run-name";
import { pointCount } from "./sweep";

/** A run of a link, with what keeps it from being used as it is, by option; empty for most. */
export interface LinkedRun {
  readonly run: WrittenRun;
  readonly problems: Readonly<Record<string, string>>;
}

export interface CheckedLink {
  /** Null: a folder of one's own; left out by earlier addresses. */
  readonly model?: ReturnType<typeof linkedModelSchema.parse>;
  readonly data: ReturnType<typeof linkedDataSchema.parse> | null;
  /** Only what the link says. */
  readonly training: Partial<TrainingConfiguration>;
  readonly runs: readonly LinkedRun[];
  /** What was left out, in sentences. */
  readonly leftOut: readonly string[];
}

/** Of these kinds is what no form can show; values beyond a model's limits the estimate refuses. */
const UNUSABLE = new Set(["invalid_type", "invalid_union", "invalid_key", "unrecognized_keys"]);

/** Characters of what is said of an option. */
const LONGEST_LINE = 300;

/** What no option of a run is called: where a problem belongs to the run as a whole. */
const WHOLE = "";

/**
 * Checks the content of an address, brought to today's version.
 * @param facts of the model whose options are meant
 * @throws {Error} where it is not the content of an address at all
 */
export function readLink(content: unknown, facts: Pick<ModelFacts, "family" | "config">): CheckedLink {
  if (!isObject(content) || !Array.isArray(content.runs) || !isObject(content.training)) {
    throw new Error("The configuration in this address is cut off or damaged; ask for the link again.");
  }
  const leftOut: string[] = [];
  const without = (what: string, issues: readonly SchemaIssue[]) =>
    leftOut.push(sentence(`${what} in this address cannot be used: ${issueLines(issues)}`));

  let model: CheckedLink["model"];
  if (content.model !== undefined) {
    const checked = checkedSettings(linkedModelSchema, content.model);
    if ("issues" in checked) without("The base model", checked.issues);
    else model = checked.value;
  }

  let data: CheckedLink["data"] = null;
  if (content.data !== undefined) {
    const checked = checkedSettings(linkedDataSchema, content.data);
    if ("issues" in checked) without("How the file is read", checked.issues);
    else data = checked.value;
  }

  let training: CheckedLink["training"] = {};
  const checked = checkedSettings(trainingSchema, content.training);
  if ("issues" in checked) without("The training", checked.issues);
  else training = only(checked.value, content.training);

  const runs: LinkedRun[] = [];
  for (const [index, given] of content.runs.slice(0, MOST_RUNS).entries()) {
    const run = readRun(given, `Run ${index + 1}`, facts, leftOut);
    if (typeof run === "string") leftOut.push(run);
    else runs.push(run);
  }
  if (content.runs.length > MOST_RUNS) {
    leftOut.push(`This address has ${content.runs.length} runs; the first ${MOST_RUNS} were taken.`);
  }
  return { ...(model !== undefined && { model }), data, training, runs, leftOut };
}

/**
 * The run, with its problems; or why there is none, in a sentence. What is said of its name is
 * added to `leftOut`.
 */
function readRun(
  given: unknown,
  place: string,
  model: Pick<ModelFacts, "family" | "config">,
  leftOut: string[],
): LinkedRun | string {
  if (!isObject(given)) return `${place} of this address is none, and was left out.`;
  const { name: called, method: id, options: set = {}, ...others } = given;
  const name = readName(called, place, leftOut);
  const approach = approaches.find((candidate) => candidate.id === id);
  if (!approach) {
    const near =
      typeof id === "string" && id !== ""
        ? nearestName(
            id,
            approaches.map((one) => one.id),
          )
        : null;
    const hint = near === null ? "" : `; did you mean ${near}?`;
    const method = JSON.stringify(id)?.slice(0, 60) ?? "for it";
    return sentence(`The run "${name}" of this address was left out: this studio has no method ${method}${hint}`);
  }
  const problems: Record<string, string> = {};
  const note = (key: string, line: string) => {
    problems[key] = problems[key] === undefined ? line : `${problems[key]} ${line}`;
  };
  const checked = checkedSettings(linkedRunSchema, { name, method: approach.id, ...others });
  if ("issues" in checked) note(WHOLE, sentence(issueLines(checked.issues)));
  const { sweep, ...run }: WrittenRun =
    "issues" in checked ? { name, method: approach.id, options: {} } : checked.value;
  const points = pointCount({ sweep });
  if (points > MOST_RUNS) note(WHOLE, `Its sweep asks for ${points} runs; there may be ${MOST_RUNS}.`);
  if (!isObject(set)) {
    note(WHOLE, `Its options must be an object, and are ${shortenedJson(set)}.`);
    return { run, problems };
  }
  const options = { ...set };
  const judged = checkedSettings(approach.options(model), set, "option");
  for (const issue of "issues" in judged ? judged.issues : []) {
    if (!UNUSABLE.has(issue.code)) continue;
    const [key] = issue.path;
    for (const unusable of key === undefined ? issue.keys : [String(key)]) delete options[unusable];
    const line = shortened(issueLine(issue, approach.id), LONGEST_LINE);
    note(key === undefined ? WHOLE : String(key), sentence(line));
  }
  return { run: { ...run, options, ...(sweep && points <= MOST_RUNS && { sweep }) }, problems };
}

/** What a run is called; by its place where its own name cannot be used, which is said. */
function readName(called: unknown, place: string, leftOut: string[]): string {
  const problem = typeof called === "string" ? runNameProblem(called) : "is none";
  if (typeof called !== "string" || problem !== null) {
    leftOut.push(
      `The name of ${place.toLowerCase()} in this address cannot be used: it ${problem}. It is "${place}" here.`,
    );
    return place;
  }
  const name = beginning(called, LONGEST_NAME);
  if (name !== called) leftOut.push(`The name of ${place.toLowerCase()} in this address was cut to "${name}".`);
  return name;
}

/** Those of the values whose keys were given; the rest are defaults. */
function only<T extends object>(values: T, given: object): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(given, key))) as Partial<T>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
