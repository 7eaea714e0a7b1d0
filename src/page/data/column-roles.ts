/** Which role each column has, and the roles when a column is given another one. */

import type { ColumnRole, ColumnRoles, RoleField } from "../../worker/api";

type Fields = readonly Pick<RoleField, "role" | "kind" | "title" | "without">[];

/** Roles that a column may be given: not those that stand back for another one that is chosen. */
export function offeredRoles(roles: Fields, columns: ColumnRoles): Fields {
  return roles.filter(({ kind, without }) => kind !== "separator" && (!without || !columns[without]));
}

/** Null: it is not used. */
export function roleOf(column: string, roles: Fields, columns: ColumnRoles): ColumnRole | null {
  const field = offeredRoles(roles, columns).find(({ role, kind }) => {
    const chosen = [columns[role] ?? []].flat();
    return kind === "template" ? chosen[0]?.includes(`{${column}}`) : chosen.includes(column);
  });
  return field?.role ?? null;
}

/**
 * The roles once a column has this one; null: none. Of a role that one column has alone, the column
 * that had it takes over what the other was. Of lists and templates it becomes a part.
 */
export function withRole(columns: ColumnRoles, roles: Fields, column: string, role: ColumnRole | null): ColumnRoles {
  const before = roleOf(column, roles, columns);
  if (before === role) return columns;
  const kindOf = (id: ColumnRole) => roles.find((field) => field.role === id)!.kind;
  const given: Record<string, unknown> = { ...columns };
  const partOf = (id: ColumnRole) => kindOf(id) === "columns" || kindOf(id) === "template";
  if (before !== null) {
    const own = columns[before];
    if (kindOf(before) === "columns") given[before] = [own ?? []].flat().filter((one) => one !== column);
    else if (kindOf(before) === "template") given[before] = String(own).replaceAll(`{${column}}`, "").trim();
    // A role that has to be somewhere stays open until a column takes it.
    else if (kindOf(before) === "optional") given[before] = null;
    else delete given[before];
  }
  if (role === null) return given as ColumnRoles;
  const own = columns[role];
  if (kindOf(role) === "columns") given[role] = [...[own ?? []].flat(), column];
  else if (kindOf(role) === "template") given[role] = `${own ?? ""}${own ? "\n" : ""}{${column}}`;
  else {
    given[role] = column;
    if (typeof own === "string" && before !== null && !partOf(before)) given[before] = own;
  }
  return given as ColumnRoles;
}
