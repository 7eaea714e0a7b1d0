/** Writes names that other people chose into Markdown, so that they are read as they are. */

/**
 * One line of text as CommonMark and GitHub's Markdown show it within a heading, a cell or a
 * sentence: no markup, no HTML, no link, no formula and no cell's end comes of it. White space
 * becomes single spaces.
 */
export function escapeMarkdown(text: string): string {
  return (
    text
      .replace(/\s+/g, " ")
      .trim()
      .replace(/[\\`*[\]|~$]|<(?=[a-z/!?])|&(?=#?\w+;)/gi, "\\$&")
      // Within a word it is no emphasis.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "\\_")
      // Addresses become links by themselves.
      .replace(/\b(https?|ftp|mailto|xmpp):/gi, "$1\\:")
      .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}\\.`)
      .replace(/@/g, "\\@")
      // At a heading's end they would be taken off.
      .replace(/ (#+)$/, " \\$1")
  );
}

/** The same for a line's start, where some signs begin a heading, a list, a quotation or a rule. */
export function escapeMarkdownLine(text: string): string {
  return escapeMarkdown(text)
    .replace(/^(?=[#+=>-])/, "\\")
    .replace(/^(\d{1,9})(?=[.)](?: |$))/, "$1\\");
}
