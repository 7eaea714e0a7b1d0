import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { fitTexts } from "../../../src/page/charts/text-width";

// Without a canvas every letter is 0.62 of the size wide: 10 letters of size 10 are 62 pixels.
beforeAll(() => void vi.stubGlobal("document", { createElement: () => ({ getContext: () => null }) }));
afterAll(() => vi.unstubAllGlobals());

const fitted = (letters: number, ...texts: string[]) =>
  fitTexts(
    texts.map((text) => ({ text, width: letters * 6.2 + 0.1 })),
    10,
  );

it("texts that fit stay whole, others keep their beginnings", () => {
  expect(fitted(9, "Head only", "Hard text + head")).toEqual(["Head only", "Hard tex…"]);
});

it("names that only their ends tell apart keep those", () => {
  expect(fitted(8, "LoRA (rank 1)", "LoRA (rank 4)")).toEqual(["…rank 1)", "…rank 4)"]);
  expect(fitted(8, "LoRA (rank 1)", "Head only", "LoRA (rank 4)")).toEqual(["…rank 1)", "Head on…", "…rank 4)"]);
});

it("and those that neither tells apart keep their beginnings", () => {
  expect(fitted(3, "same name", "same name")).toEqual(["sa…", "sa…"]);
  expect(fitted(3, "run 1, rate 2", "run 2, rate 2")).toEqual(["ru…", "ru…"]);
});
