/**
 * The run colours of tokens.css: visible on both themes and different from each other, for
 * colour-blind eyes too.
 */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { appearance } from "../../../src/page/appearance";

type Color = [red: number, green: number, blue: number];

const css = readFileSync(new URL("../../../src/page/styles/tokens.css", import.meta.url), "utf8");
const light = colours(0);
const dark = colours(1);

/** Machado, Oliveira, Fernandes (2009), severity 1, on linear RGB. */
const sight: Record<string, readonly (readonly number[])[]> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

describe.each([
  ["light", light],
  ["dark", dark],
])("%s theme", (_, theme) => {
  const runs = [1, 2, 3, 4, 5, 6].map((n) => linear(theme[`run-${n}`] as string));

  it("shows every run on panel and ground with a contrast of 3 or more", () => {
    for (const name of ["panel", "ground"]) {
      for (const run of runs) expect(contrast(run, linear(theme[name] as string))).toBeGreaterThanOrEqual(3);
    }
  });

  it("shows text with a contrast of 4.5 or more", () => {
    const pairs = [
      ["ink", "ground"],
      ["muted", "ground"],
      ["muted", "panel"],
      ["muted", "sunken"],
      ["ink", "accent-soft"],
      ["muted", "accent-soft"],
      ["accent-ink", "accent"],
      ["accent", "panel"],
      ["error", "panel"],
      ["ink", "error-soft"],
      ["ink", "warning-soft"],
    ] as const;
    for (const [text, ground] of pairs) {
      const ratio = contrast(linear(theme[text] as string), linear(theme[ground] as string));
      expect(ratio, `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(Object.keys(sight))("tells the runs apart with %s", (kind) => {
    const seen = runs.map((run) => oklab(see(run, sight[kind] as number[][])));
    for (let a = 0; a < 6; a++) {
      for (let b = a + 1; b < 6; b++) {
        const distance = Math.hypot(...[0, 1, 2].map((i) => (seen[a]?.[i] ?? 0) - (seen[b]?.[i] ?? 0)));
        expect(distance, `run ${a + 1} and run ${b + 1}`).toBeGreaterThan(0.08);
      }
    }
  });
});

it("follows the system's theme or the one that is chosen", () => {
  const scheme = (selector: string) =>
    css
      .split("\n\n")
      .find((rule) => rule.includes(`${selector} {`))
      ?.match(/color-scheme: (.*);/)?.[1];
  expect(scheme(":root")).toBe("light dark");
  expect(scheme(':root[data-theme="light"]')).toBe("light");
  expect(scheme(':root[data-theme="dark"]')).toBe("dark");
  expect(css).not.toMatch(/--[\w-]+: #/);
});

it("gives twelve runs twelve different looks", () => {
  const looks = Array.from({ length: 12 }, (_, slot) => JSON.stringify(appearance(slot)));
  expect(new Set(looks).size).toBe(12);
});

/** Of the light theme (0) or the dark one (1), by name. */
function colours(theme: 0 | 1): Record<string, string> {
  const pairs = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g);
  return Object.fromEntries([...pairs].map(([, name, ...both]) => [name, both[theme]]));
}

function linear(hex: string): Color {
  return [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Color;
}

function contrast(a: Color, b: Color): number {
  const luminance = ([r, g, bl]: Color) => 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function see(color: Color, matrix: readonly (readonly number[])[]): Color {
  return matrix.map((row) =>
    Math.max(
      0,
      row.reduce((sum, m, i) => sum + m * (color[i] ?? 0), 0),
    ),
  ) as Color;
}

/** Oklab (Ottosson 2020) from linear sRGB. */
function oklab([r, g, b]: Color): Color {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}
