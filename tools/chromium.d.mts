/** Types of chromium.mjs, which Node runs as it is; its docstrings are there. */

export function chromiumCandidates(platform?: NodeJS.Platform, environment?: NodeJS.ProcessEnv): string[];
export function findChromium(): string;
export function ensureChromium(): string;
export function chromiumArguments(options: { webgpu?: boolean; software?: boolean }): string[];
