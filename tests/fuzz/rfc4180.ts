/**
 * A second reader of RFC 4180, character by character, to hold the studio's to. Where the RFC is
 * silent (quotes within an unquoted cell, other line ends) it gives null: no verdict.
 */

export function readRfc4180(text: string, delimiter: string): string[][] | null {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  const cell = (): string | null => {
    if (text[at] !== '"') {
      const from = at;
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") {
        if (text[at] === '"') return null;
        at++;
      }
      return text.slice(from, at);
    }
    let content = "";
    for (at++; at < text.length; at++) {
      if (text[at] !== '"') content += text[at];
      else if (text[at + 1] === '"') {
        content += '"';
        at++;
      } else {
        at++;
        return content;
      }
    }
    return null;
  };
  while (at < text.length) {
    const content = cell();
    if (content === null) return null;
    row.push(content);
    if (text[at] === delimiter) {
      at++;
      if (at === text.length) row.push("");
      else continue;
    }
    if (at < text.length) {
      if (text[at] === "\r" && text[at + 1] === "\n") at++;
      else if (text[at] !== "\n") return null;
      at++;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}
