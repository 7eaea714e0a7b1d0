/**
 * Where the virtual tokens of a template stand: `{p:3} {text} {p:2}` is three before a row's text
 * and two after it.
 */

export interface Template {
  readonly before: number;
  readonly after: number;
}

/** Throws an Error saying which part cannot be used. */
export function readTemplate(template: string): Template {
  const parts = template.trim().split(/\s+/);
  const counts = { before: 0, after: 0 };
  let place: keyof typeof counts = "before";
  for (const part of parts) {
    if (part === "{text}") {
      if (place === "after") throw new Error('holds "{text}" twice; a row\'s text stands at one place');
      place = "after";
      continue;
    }
    const count = /^\{p:(\d{1,3})\}$/.exec(part)?.[1];
    if (count === undefined) throw new Error(`holds "${part}"; use {p:3} for three virtual tokens and {text} once`);
    counts[place] += Number(count);
  }
  if (place === "before") throw new Error('has no "{text}", the place of a row\'s text');
  if (counts.before + counts.after === 0) throw new Error("has no virtual tokens; write {p:3} for three");
  return counts;
}
