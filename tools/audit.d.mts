/** Types of audit.mjs, which Node runs as it is; its docstrings are there. */

export function readAudit(json: string): { code: 0 | 1 | 2; lines: string[] };
