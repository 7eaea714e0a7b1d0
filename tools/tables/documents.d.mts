/** Types of `documents.mjs`, for the tests. */

export function marked(document: string, name: string): { before: string; lines: string[]; after: string };
