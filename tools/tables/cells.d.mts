/** Types of `cells.mjs`, for the tests. */

import type { CellResults } from "./measured";

export function cellNames(): string[];
export function keptNames(): string[];
export function allResults(): CellResults;
/** As its file has it. */
export function configurationOf(name: string): { model: string; runs: { method: string }[] };
