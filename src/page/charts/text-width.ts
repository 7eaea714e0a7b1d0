/** How wide a text is as the page writes it, and the text cut to a width. */

let context: CanvasRenderingContext2D | null | undefined;
const known = new Map<string, number>();

/** In pixels, in the page's font; @param size of the letters */
export function textWidth(text: string, size: number): number {
  const key = `${size} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (context === undefined) context = document.createElement("canvas").getContext("2d");
  // Without a canvas: on the wide side.
  if (!context) return text.length * size * 0.62;
  context.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  const { width } = context.measureText(text);
  // Values change with every step.
  if (known.size > 2000) known.clear();
  known.set(key, width);
  return width;
}

/**
 * Each text, or as much of its beginning as fits its width with an ellipsis; of its end where only
 * that tells it from others, as of the points of a sweep.
 */
export function fitTexts(texts: readonly { text: string; width: number }[], size: number): string[] {
  const cut = (shorten: (text: string, letters: number) => string) =>
    texts.map(({ text, width }) => fitText(text, size, width, shorten));
  const starts = cut((text, letters) => `${text.slice(0, letters).trimEnd()}…`);
  const ends = cut((text, letters) => `…${text.slice(text.length - letters).trimStart()}`);
  return starts.map((start, index) => {
    const alike = ends.filter((_, other) => starts[other] === start);
    return new Set(alike).size === alike.length && alike.length > 1 ? ends[index]! : start;
  });
}

function fitText(
  text: string,
  size: number,
  width: number,
  shorten: (text: string, letters: number) => string,
): string {
  if (textWidth(text, size) <= width) return text;
  let [fits, tooLong] = [0, text.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (textWidth(shorten(text, middle), size) <= width) fits = middle;
    else tooLong = middle;
  }
  return shorten(text, fits);
}
