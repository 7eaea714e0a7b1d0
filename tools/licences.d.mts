/** Types of licences.mjs, which Node runs as it is; its docstrings are there. */

import type { Plugin } from "vite";

export interface ShippedPackage {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly notices: readonly string[];
}

export function shippedPackages(root: string): ShippedPackage[];
export function noticesOf(packages: readonly ShippedPackage[]): string;
export function licencesFile(root: string): Plugin;
