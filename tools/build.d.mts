/** Types of build.mjs, which Node runs as it is; its docstrings are there. */

export const projectRoot: string;
export function lastChange(path: string): number;
export function ensureBuild(say?: (message: string) => void, root?: string): Promise<void>;
