/** Types of headers.mjs, which Node runs as it is; its docstrings are there. */

export const HUB_SERVERS: readonly string[];
export const ISOLATION: Record<string, string>;
export function readHubs(list: string): string[];
export function metaPolicy(hubs?: readonly string[]): string;
export function securityHeaders(hubs?: readonly string[]): Record<string, string>;
