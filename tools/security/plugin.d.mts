/** Types of plugin.mjs, which Node runs as it is; its docstrings are there. */

import type { Plugin } from "vite";

export function builtPolicy(hubs: readonly string[]): Plugin;
export function servedPolicy(hubs: readonly string[]): Plugin;
