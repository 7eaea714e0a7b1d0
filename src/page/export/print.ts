/**
 * Prints a page that is not this one. This page's policy lets nobody write a style into a document,
 * so that the page's own is adopted as an object, which no policy minds.
 */

/**
 * Opens the browser's dialog for printing.
 * @param html A whole page, with one style in it.
 */
export function printPage(html: string): void {
  // Even a document that is only read is refused its style.
  const [, before, style, after] = /^(.*?)<style>(.*?)<\/style>(.*)$/s.exec(html) as unknown as string[];
  const page = new DOMParser().parseFromString(`${before}${after}`, "text/html");
  const frame = document.createElement("iframe");
  frame.hidden = true;
  frame.title = page.title;
  document.body.append(frame);
  const { contentDocument: inner, contentWindow: view } = frame;
  if (!inner || !view) throw new Error("this browser gave no frame to print from. Save the report and print it.");
  const sheet = new (view as Window & typeof globalThis).CSSStyleSheet();
  sheet.replaceSync(style!);
  inner.adoptedStyleSheets = [sheet];
  inner.title = page.title;
  inner.documentElement.lang = "en";
  inner.body.replaceChildren(...[...page.body.childNodes].map((node) => inner.importNode(node, true)));
  view.addEventListener("afterprint", () => setTimeout(() => frame.remove()), { once: true });
  view.print();
}
