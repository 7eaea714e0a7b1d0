/** Types of cache.mjs, which Node runs as it is; its docstrings are there. */

export const cache: string;
export function keyOf(...parts: string[]): string;
export function made(name: string, key: string, build: (partial: string) => void | Promise<void>): Promise<string>;
