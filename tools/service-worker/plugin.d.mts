/** Types of plugin.mjs, which Node runs as it is; its docstrings are there. */

import type { Plugin } from "vite";

export interface KeptFiles {
  all: Record<string, string>;
  used: Record<string, string>;
}

export function keptFiles(folder: string): KeptFiles;
export function serviceWorkerScript(files: KeptFiles, hubs: readonly string[]): string;
export function serviceWorker(hubs: readonly string[]): Plugin;
