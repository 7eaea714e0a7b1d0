/** Types of chromium.mjs, which Node runs as it is; its docstrings are there. */

export function chromiumCandidates(platform?: NodeJS.Platform, environment?: NodeJS.ProcessEnv): string[];
export function findChromium(): string;
export function ensureChromium(): string;
export function sandboxObstacle(user?: number, environment?: NodeJS.ProcessEnv): string | null;
export function launchOptions(options: { webgpu?: boolean; software?: boolean; jsFlags?: string | undefined }): {
  executablePath: string;
  args: string[];
  chromiumSandbox: boolean;
};
export function chromiumArguments(options: {
  webgpu?: boolean;
  software?: boolean;
  jsFlags?: string | undefined;
}): string[];
