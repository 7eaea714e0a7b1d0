/**
 * HTML that is put together of parts: whatever stands in it is escaped, unless it is such a part
 * itself. Not for what a report says.
 */

/** Text that is HTML already. Only `markup` and `raw` make it. */
class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type { Markup };

type Value = string | number | Markup | readonly Markup[] | null;

/** A template whose values are escaped; null is left out. */
export function markup(strings: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(written)));
}

/** What the studio itself wrote, as it is. */
export function raw(text: string): Markup {
  return new Markup(text);
}

function written(value: Value): string {
  if (value === null) return "";
  if (value instanceof Markup) return value.text;
  if (typeof value === "object") return value.map(({ text }) => text).join("");
  return escapeHtml(String(value));
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Text as an element or an attribute in quotation marks holds it. Characters that no HTML file may
 * hold become U+FFFD.
 */
export function escapeHtml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => ESCAPED[character]!)
  );
}
