/**
 * Strict JSON of files that others made: what JSON.parse takes, less what readers disagree about (a
 * key that is there twice, half of a surrogate pair) and what no reader should go into (depth,
 * size). Not for checking what is in it.
 */

import { shortened } from "../errors/shortened";
import type { ModelFile } from "./types";

/** As deep as Rust's serde_json goes. */
export const DEEPEST_JSON = 128;
/** Gemma's tokenizer.json, the largest that is published, has 33 MB. */
export const LARGEST_JSON = 256 * 2 ** 20;

/**
 * The value of a JSON text.
 * @throws Error with what is wrong, for a sentence that begins with the file.
 */
export function strictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`is not JSON (${(error as Error).message})`);
  }
  checkStrings(text);
  return value;
}

/** Goes once over a text that is JSON, without recursion. */
function checkStrings(text: string): void {
  const open: (Set<string> | null)[] = [];
  const hasHalves = /\\ud[89a-f]/i.test(text);
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : null);
      if (open.length > DEEPEST_JSON) throw new Error(`is nested deeper than ${DEEPEST_JSON} lists and objects`);
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === '"') {
      const end = endOfString(text, at);
      // JavaScript's strings hold half of a pair; no other language's do.
      if (hasHalves && /\p{Surrogate}/u.test(JSON.parse(text.slice(at, end + 1)) as string)) {
        throw new Error(`has half of a character at ${at}`);
      }
      const keys = open.at(-1);
      if (keys && isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end + 1)) as string;
        if (keys.has(key)) throw new Error(`has the key "${shortened(key)}" twice`);
        keys.add(key);
      }
      at = end;
    }
  }
}

/** Where the string that begins at a double quote ends. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  for (;;) {
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
}

function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(text[at] ?? "")) at++;
  return text[at] === ":";
}

/**
 * The value of a JSON file's bytes. A byte order mark before it is passed over.
 * @throws Error naming the file when it is not UTF-8, not JSON, nested too deep, or has a key
 * twice.
 */
export function parseJson(file: string, bytes: Uint8Array): unknown {
  try {
    return strictJson(decode(bytes));
  } catch (error) {
    throw new Error(`${file} ${(error as Error).message}. The file is damaged or no JSON file: get it again.`);
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("is not UTF-8 text");
  }
}

/**
 * The JSON object in a file.
 * @throws Error as `parseJson`, or with both sizes when it is too large, or when it is no object.
 */
export async function readJsonObject(file: ModelFile): Promise<Record<string, unknown>> {
  if (file.size > LARGEST_JSON) {
    throw new Error(`${file.name} has ${file.size} bytes; a JSON file of a model may have ${LARGEST_JSON}.`);
  }
  const value = parseJson(file.name, await file.read(0, file.size));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${file.name} does not hold a JSON object. Get it again.`);
  }
  return value as Record<string, unknown>;
}
