/** What a message says of something that others wrote and that may be of any length. */

const MOST = 80;

/** The first of a text's UTF-16 units, without half of a character at the end. */
export const beginning = (text: string, most: number): string => text.slice(0, most).replace(/[\ud800-\udbff]$/, "");

/** A text as it is, or its beginning and how long it is. */
export function shortened(text: string, most = MOST): string {
  return text.length <= most ? text : `${beginning(text, most)}… (${text.length} characters)`;
}

/** A value as JSON, shortened. */
export const shortenedJson = (value: unknown): string => shortened(JSON.stringify(value) ?? "nothing");
