/** Types of `documents.mjs`. */

export function marked(document: string, name: string): { before: string; lines: string[]; after: string };
export function fill(document: string, name: string, lines: string[]): void;
