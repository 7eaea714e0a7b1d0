/**
 * A chart as a file: the SVG on the page with its styles written in, a title, the name of its
 * horizontal axis, a legend, and a line that says what it is of; or that as a PNG.
 */

import { appearance, markerPath } from "../appearance";
import { download, fileName } from "./download";

const styled = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linejoin",
  "font-size",
  "font-family",
  "font-weight",
  "text-anchor",
  "opacity",
] as const;
const namespace = "http://www.w3.org/2000/svg";
const padding = 16;
const titleHeight = 32;
const xTitleHeight = 20;
const legendLine = 24;
const captionHeight = 24;

/** A run with its line, or a shade of a bar. */
export type LegendEntry = { name: string; slot: number } | { name: string; shade: number };

interface ChartImage {
  title: string;
  legend: readonly LegendEntry[];
  /** Of the horizontal axis, where it has one. */
  xTitle: string | undefined;
  /** Of which data and model it is, in one line; null where of none. */
  caption: string | null;
}

/** Saves the chart as it is drawn now, in the colours of the theme. */
export async function downloadChart(svg: SVGSVGElement, image: ChartImage, kind: "png" | "svg"): Promise<void> {
  const drawing = standalone(svg, image);
  const name = fileName(image.title);
  if (kind === "svg") download(drawing.text, `${name}.svg`, "image/svg+xml");
  else download(await rasterise(drawing), `${name}.png`);
}

/**
 * Puts the chart into the clipboard as a PNG.
 * @throws {Error} where the browser has no clipboard for pictures, or does not let the page use it
 */
export async function copyChart(svg: SVGSVGElement, image: ChartImage): Promise<void> {
  if (!navigator.clipboard || typeof ClipboardItem === "undefined") {
    throw new Error("this browser has no clipboard for pictures");
  }
  // Asked for at once: browsers want a press of a button, and making the picture takes a moment.
  await navigator.clipboard.write([new ClipboardItem({ "image/png": rasterise(standalone(svg, image)) })]);
}

interface Drawing {
  text: string;
  width: number;
  height: number;
}

function standalone(svg: SVGSVGElement, { title, legend, xTitle, caption }: ChartImage): Drawing {
  const { width, height } = svg.getBoundingClientRect();
  const font = getComputedStyle(document.body).fontFamily;

  const copy = svg.cloneNode(true) as SVGSVGElement;
  inlineStyles(svg, copy);
  for (const crosshair of copy.querySelectorAll(".crosshair")) crosshair.remove();

  for (const tooltip of copy.querySelectorAll("title")) tooltip.remove();

  const below = titleHeight + height + (xTitle === undefined ? 0 : xTitleHeight);
  const entries = placeLegend(legend, width);
  const lines = caption === null ? [] : wrap(caption, width);
  const fullWidth = width + 2 * padding;
  const fullHeight = below + entries.height + lines.length * captionHeight + 2 * padding;
  const outer = document.createElementNS(namespace, "svg");
  outer.setAttribute("xmlns", namespace);
  outer.setAttribute("width", String(fullWidth));
  outer.setAttribute("height", String(fullHeight));
  outer.setAttribute("viewBox", `0 0 ${fullWidth} ${fullHeight}`);
  const add = (name: string, attributes: Record<string, string | number>, text?: string) => {
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
    if (text !== undefined) element.textContent = text;
    outer.append(element);
  };
  const ink = resolveColor("var(--ink)");
  add("rect", { width: fullWidth, height: fullHeight, fill: resolveColor("var(--panel)") });
  add(
    "text",
    { x: padding, y: padding + 14, fill: ink, "font-family": font, "font-size": 16, "font-weight": 600 },
    title,
  );
  copy.setAttribute("x", String(padding));
  copy.setAttribute("y", String(padding + titleHeight));
  outer.append(copy);
  for (const { entry, x, y } of entries.places) {
    const left = padding + x;
    const top = padding + below + y;
    if ("slot" in entry) {
      const { color, dash, marker } = appearance(entry.slot);
      const stroke = { stroke: resolveColor(color), "stroke-width": 2, "stroke-dasharray": dash || "none" };
      add("line", { x1: left, x2: left + 28, y1: top, y2: top, ...stroke });
      add("path", { d: markerPath(marker, 8), transform: `translate(${left + 14} ${top})`, fill: resolveColor(color) });
    } else {
      add("rect", { x: left + 8, y: top - 6, width: 12, height: 12, fill: ink, "fill-opacity": entry.shade });
    }
    add("text", { x: left + 36, y: top + 5, fill: ink, "font-family": font, "font-size": 13 }, entry.name);
  }
  const small = { fill: resolveColor("var(--muted)"), "font-family": font, "font-size": 13 };
  if (xTitle !== undefined) {
    const centre = { x: padding + width / 2, y: padding + titleHeight + height + 14, "text-anchor": "middle" };
    add("text", { ...small, ...centre }, xTitle);
  }
  for (const [index, line] of lines.entries()) {
    add("text", { ...small, x: padding, y: padding + below + entries.height + index * captionHeight + 16 }, line);
  }
  return { text: new XMLSerializer().serializeToString(outer), width: fullWidth, height: fullHeight };
}

/** In lines of words that fit, of letters 7.5 pixels wide, which is on the wide side. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && longer.length * 7.5 <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/**
 * What a CSS colour, or a variable that is one, is in the theme; a variable's own value names both
 * themes.
 */
function resolveColor(color: string): string {
  const probe = document.createElement("span");
  probe.style.color = color;
  document.body.append(probe);
  const { color: resolved } = getComputedStyle(probe);
  probe.remove();
  return resolved;
}

/**
 * Left to right, then the next line. Text is taken as 8 pixels a letter, which is on the wide side.
 */
function placeLegend(legend: ChartImage["legend"], width: number) {
  let x = 0;
  let y = legendLine;
  const places = legend.map((entry) => {
    const needed = 36 + entry.name.length * 8 + 20;
    if (x > 0 && x + needed > width) {
      x = 0;
      y += legendLine;
    }
    const place = { entry, x, y };
    x += needed;
    return place;
  });
  return { places, height: legend.length > 0 ? y + 8 : 0 };
}

function inlineStyles(source: Element, target: Element): void {
  const computed = getComputedStyle(source);
  for (const property of styled) {
    const value = computed.getPropertyValue(property);
    if (value) target.setAttribute(property, value);
  }
  target.removeAttribute("class");
  target.removeAttribute("style");
  for (let i = 0; i < source.children.length; i++) {
    const from = source.children[i];
    const to = target.children[i];
    if (from && to) inlineStyles(from, to);
  }
}

async function rasterise({ text, width, height }: Drawing): Promise<Blob> {
  const scale = 2;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser gave no canvas to draw on. Save it as SVG instead.");
  context.scale(scale, scale);
  context.drawImage(image, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser could not write a PNG. Save it as SVG instead.");
  return blob;
}
