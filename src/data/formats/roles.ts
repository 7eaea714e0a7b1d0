/** The columns that a configuration names, against the roles that its task has. */

import type { ColumnRoles, RoleField, TaskId } from "../types";
import { formats } from "./registry";

/** What every task has: a number for each training row. Not read of other rows. */
const WEIGHT: RoleField = { role: "weight", title: "Weight", kind: "optional" };

/** The roles that columns of a file may have, in the order of the page's fields. */
export const rolesOf = (task: TaskId): RoleField[] => [...formats[task].roles, WEIGHT];

interface Problem {
  /** Under the columns; empty where it is about all of them. */
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * The columns with null for the optional ones that are left out, and what is wrong with which key.
 */
export function checkRoles(
  task: TaskId,
  given: Readonly<Record<string, unknown>>,
): { columns: ColumnRoles; problems: Problem[] } {
  const roles = rolesOf(task);
  const known = new Set<string>(roles.map(({ role }) => role));
  const problems = Object.keys(given)
    .filter((key) => !known.has(key))
    .map((key): Problem => ({ path: [], message: `${task} has no "${key}"; it has ${[...known].join(", ")}` }));
  const columns: Record<string, unknown> = {};
  for (const { role, kind } of roles) {
    const message = problemOf(kind, given[role]);
    if (message) problems.push({ path: [role], message });
    // A file of a time before there were weights is the same without one.
    else if (role !== WEIGHT.role || given[role] != null) columns[role] = given[role] ?? null;
  }
  return { columns: columns as ColumnRoles, problems };
}

function problemOf(kind: RoleField["kind"], value: unknown): string | null {
  if (kind === "columns") {
    const named = Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === "string");
    return named ? null : "must be a list of column names";
  }
  if (kind === "template") {
    return typeof value === "string" || value == null ? null : "must be a text with columns in braces";
  }
  if (kind === "separator") {
    const given = value === null || value === undefined || (typeof value === "string" && value !== "");
    return given ? null : "must be what stands between labels, or null";
  }
  if (typeof value === "string" || (kind === "optional" && (value === null || value === undefined))) return null;
  return "must be the name of a column";
}
