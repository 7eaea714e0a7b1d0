import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  chromiumArguments,
  chromiumCandidates,
  ensureChromium,
  findChromium,
  launchOptions,
  sandboxObstacle,
} from "../../../tools/chromium.mjs";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("finding Chromium", () => {
  test("CHROME_PATH comes first", () => {
    vi.stubEnv("CHROME_PATH", process.execPath);
    expect(findChromium()).toBe(process.execPath);
    expect(ensureChromium()).toBe(process.execPath);
  });

  test("a CHROME_PATH that names no program is an error and nothing is installed", () => {
    vi.stubEnv("CHROME_PATH", "/no/such/chrome");
    expect(findChromium).toThrow('CHROME_PATH is "/no/such/chrome"');
    expect(ensureChromium).toThrow("not an executable file");
  });

  test("the folders of PATH come before the usual ones", () => {
    const candidates = chromiumCandidates("linux", { PATH: "/own/bin:/usr/bin" });
    expect(candidates[0]).toBe("/own/bin/chromium");
    expect(candidates).toContain("/usr/bin/google-chrome");
    expect(candidates).toContain("/snap/bin/chromium");
    expect(new Set(candidates).size).toBe(candidates.length);
  });

  test("macOS and Windows have their own places", () => {
    expect(chromiumCandidates("darwin", {})[0]).toContain("Google Chrome.app/Contents/MacOS/Google Chrome");
    const windows = chromiumCandidates("win32", { LOCALAPPDATA: "C:/Users/a/AppData/Local" });
    expect(windows).toHaveLength(2);
    expect(windows[0]).toMatch(/^C:.Users.a.AppData.Local.Google.Chrome.Application.chrome\.exe$/);
  });
});

test("the software adapter is forced only when asked for", () => {
  const forced = "--use-webgpu-adapter=swiftshader";
  expect(chromiumArguments({ software: true })).toContain(forced);
  expect(chromiumArguments({ software: false })).not.toContain(forced);
  expect(chromiumArguments({ jsFlags: "--min-semi-space-size=16" })).toContain("--js-flags=--min-semi-space-size=16");
  expect(chromiumArguments({}).filter((flag) => /js-flags/.test(flag))).toEqual([]);
  expect(chromiumArguments({ webgpu: false }).filter((flag) => /webgpu|vulkan/i.test(flag))).toEqual([]);
});

test("everything that Playwright disables stays disabled", () => {
  const folder = dirname(createRequire(import.meta.url).resolve("playwright-core/package.json"));
  const bundle = readFileSync(join(folder, "lib", "coreBundle.js"), "utf8");
  const [, list] = /\bdisabledFeatures = \[([\s\S]*?)\]/.exec(bundle) ?? [];
  const wanted = [...(list ?? "").matchAll(/^\s*"(\w+)"/gm)].map(([, name]) => name!);
  expect(wanted.length).toBeGreaterThan(5);
  const [ours] = chromiumArguments({}).filter((flag) => flag.startsWith("--disable-features="));
  expect(ours!.slice("--disable-features=".length).split(",")).toEqual(expect.arrayContaining(wanted));
});

test.runIf(process.platform === "linux")("only root and a person's own word take Chromium's sandbox away", () => {
  expect(sandboxObstacle(1000, {})).toBeNull();
  expect(sandboxObstacle(0, {})).toBe("Chromium has none for root");
  expect(sandboxObstacle(1000, { STUDIO_SANDBOX: "off" })).toBe("STUDIO_SANDBOX is off");
  vi.stubEnv("CHROME_PATH", process.execPath);
  expect(launchOptions({})).toMatchObject({ chromiumSandbox: sandboxObstacle() === null });
  expect(launchOptions({}).args).not.toContain("--no-sandbox");
});
