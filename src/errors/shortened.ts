/** What a message says of something that others wrote and that may be of any length. */

const MOST = 80;

/** A text as it is, or its beginning and how long it is. */
export function shortened(text: string, most = MOST): string {
  return text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`;
}

/** A value as JSON, shortened. */
export const shortenedJson = (value: unknown): string => shortened(JSON.stringify(value) ?? "nothing");
