/** The message of whatever was caught, an Error or not. */

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
