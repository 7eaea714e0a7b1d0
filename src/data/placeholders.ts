/**
 * `{column}` in templates, and the columns that roles name: the page and the worker read both
 * alike. No package, no device.
 */

import type { ColumnRoles } from "./types";

export const PLACEHOLDER = /\{([^{}\n]+)\}/g;

/** The columns that a template names, each once, in order. */
export function columnsOf(template: string): string[] {
  return [...new Set([...template.matchAll(PLACEHOLDER)].map((match) => match[1]!))];
}

/**
 * The columns that a file must have for these roles: those that are named, and those in templates.
 */
export function namedColumns({ prompt, response, separator: _, ...named }: ColumnRoles): string[] {
  const templates = [prompt, response].flatMap((template) => (template ? columnsOf(template) : []));
  return [...Object.values(named).flatMap((column: string | string[] | null) => column ?? []), ...templates];
}
