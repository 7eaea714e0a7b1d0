/** Gives a file to the browser to save. */

export function download(content: Blob | string, name: string, type = "application/octet-stream"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken hold of the blob by then; at once would be too early in some.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name every file system takes: letters, digits, dots and dashes. */
export function fileName(...parts: readonly string[]): string {
  return parts
    .map((part) => part.normalize("NFKD").replace(/[^\w.-]+/g, "-"))
    .join("-")
    .replace(/-+/g, "-")
    .replace(/^[-.]+|-+$/g, "")
    .toLowerCase();
}
