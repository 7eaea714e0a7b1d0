/**
 * What the page draws while a comparison trains takes nothing from the training: nothing moves by
 * itself for as long as it is shown.
 */

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const files = readdirSync("src/page", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(css|tsx?)$/.test(file))
  .map((file) => `src/page/${file}`);

it("no animation runs on and on", () => {
  expect(files.filter((file) => file.endsWith(".css")).length).toBeGreaterThan(50);
  const endless = files.filter((file) =>
    /\binfinite\b|@keyframes|\banimation(-name)?\s*:/.test(readFileSync(file, "utf8")),
  );
  expect(endless).toEqual([]);
});

it("no loop draws in every frame", () => {
  const looping = files.filter((file) => {
    const source = readFileSync(file, "utf8");
    // Asked for once it is one frame; a function that asks for itself is a loop.
    return [...source.matchAll(/requestAnimationFrame\((\w+)\)/g)].some(([, name]) => name !== "resolve");
  });
  expect(looping).toEqual([]);
});
