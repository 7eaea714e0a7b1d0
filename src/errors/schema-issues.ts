/** What zod found wrong in something that others wrote, in words. Not for what to do about it. */

import type * as z from "zod";
import { shortened } from "./shortened";

const MOST_ISSUES = 5;

/** Places that do not fit and why, each as `place: reason`; of many only the first. */
export function schemaIssues({ issues }: z.ZodError): string[] {
  const said = issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
    const place = path.length > 0 ? `${shortened(path.map(String).join("."))}: ` : "";
    return `${place}${shortened(inWords(message), 300)}`;
  });
  const more = issues.length - said.length;
  return more > 0 ? [...said, `and ${more} more`] : said;
}

/** zod calls a key that is not there undefined, a word of programmers. */
const inWords = (message: string) =>
  message.replace(/^Invalid input: expected (.+), received undefined$/, "it is missing; expected $1");
