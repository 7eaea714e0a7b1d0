import { describe, expect, it } from "vitest";
import { suitableModel } from "../../../src/page/store/suitable-model";

const listing = (source: string, bytes: number) => ({ source, name: source, description: "", bytes });
const listings = [listing("bundled:base", 6e6), listing("bundled:small", 2e6), listing("hf:someone/tiny", 1e3)];

describe("the model to begin with", () => {
  it("is the first bundled one, on a slow device the smallest", () => {
    expect(suitableModel(listings, null)).toBe("bundled:base");
    expect(suitableModel(listings, { status: "ready", threads: null })).toBe("bundled:base");
    expect(suitableModel(listings, { status: "ready", threads: 8 })).toBe("bundled:base");
    expect(suitableModel(listings, { status: "ready", threads: 4 })).toBe("bundled:small");
    expect(suitableModel(listings, { status: "software", threads: null })).toBe("bundled:small");
    expect(suitableModel([], { status: "ready", threads: 1 })).toBeUndefined();
  });
});
