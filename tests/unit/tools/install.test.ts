/** Nothing is installed where that is forbidden, and without a word nowhere. */

import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ensureChromium } from "../../../tools/chromium.mjs";

// A computer on which no program works: no Chromium answers, and nothing can be installed.
vi.mock("node:child_process", () => ({ spawnSync: vi.fn(() => ({ status: 1 })) }));

const done: string[] = [];
const installs = () => done.filter((line) => line.includes("install"));

beforeEach(() => {
  done.length = 0;
  vi.stubEnv("CHROME_PATH", "");
  vi.spyOn(console, "log").mockImplementation((line: string) => void done.push(`said: ${line}`));
  vi.mocked(spawnSync).mockImplementation(((program: string, given: readonly string[]) => {
    done.push(`ran: ${program} ${given.join(" ")}`);
    return { status: 1 };
  }) as unknown as typeof spawnSync);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// On Windows a Chrome that is found is not asked for its version.
describe.skipIf(process.platform === "win32")("where no Chromium works", () => {
  test("STUDIO_INSTALL=no forbids to install one", () => {
    vi.stubEnv("STUDIO_INSTALL", "no");
    expect(ensureChromium).toThrow("STUDIO_INSTALL=no forbids to install one. Set CHROME_PATH to one.");
    expect(installs()).toEqual([]);
  });

  test("what will be installed is said before anything is, and how to forbid it", () => {
    vi.stubEnv("STUDIO_INSTALL", "");
    expect(ensureChromium).toThrow("none could be installed");
    expect(installs()[0]).toMatch(/^said: No Chromium was found, so one is installed now: .*STUDIO_INSTALL=no\.$/);
    expect(
      installs()
        .filter((line) => line.startsWith("ran: "))
        .at(-1),
    ).toContain("install chromium");
  });
});
