import { describe, expect, it } from "vitest";
import { suitableModel } from "../../../src/page/store/suitable-model";

const listing = (source: string, bytes: number) => ({ source, name: source, description: "", bytes });
const listings = [listing("bundled:base", 6e6), listing("bundled:small", 2e6), listing("hf:someone/tiny", 1e3)];

describe("the model to begin with", () => {
  it("is the first bundled one, on a slow device the smallest", () => {
    expect(suitableModel(listings, false)).toBe("bundled:base");
    expect(suitableModel(listings, true)).toBe("bundled:small");
    expect(suitableModel([], true)).toBeUndefined();
  });
});
