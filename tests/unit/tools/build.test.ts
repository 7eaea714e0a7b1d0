import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastChange } from "../../../tools/build.mjs";

test("the youngest file decides, however deep", () => {
  const folder = mkdtempSync(join(tmpdir(), "studio-build-"));
  try {
    mkdirSync(join(folder, "a", "b"), { recursive: true });
    for (const [name, seconds] of [
      ["old.ts", 1000],
      ["a/b/young.ts", 3000],
      ["a/older.ts", 2000],
    ] as const) {
      writeFileSync(join(folder, name), "");
      utimesSync(join(folder, name), seconds, seconds);
    }
    expect(lastChange(folder)).toBe(3_000_000);
    expect(lastChange(join(folder, "old.ts"))).toBe(1_000_000);
    expect(lastChange(join(folder, "gone"))).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
