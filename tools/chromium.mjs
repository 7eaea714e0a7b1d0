/**
 * Where the Chromium that tests, screenshots and the headless runner drive is found, how it is
 * installed when there is none, and the flags it is started with. Not for launching it: Playwright
 * does that.
 */

import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { chromium } from "playwright";

const EXECUTABLES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Places a Chromium or Chrome is usually installed at, best first.
 * @param {NodeJS.Platform} platform
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string[]}
 */
export function chromiumCandidates(platform = process.platform, environment = process.env) {
  if (platform === "darwin") {
    return ["/", homedir()].flatMap((root) => [
      join(root, "Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
      join(root, "Applications/Chromium.app/Contents/MacOS/Chromium"),
      join(root, "Applications/Google Chrome Canary.app/Contents/MacOS/Google Chrome Canary"),
    ]);
  }
  if (platform === "win32") {
    return [environment.PROGRAMFILES, environment["PROGRAMFILES(X86)"], environment.LOCALAPPDATA]
      .filter((root) => root !== undefined)
      .flatMap((root) => [
        join(root, "Google", "Chrome", "Application", "chrome.exe"),
        join(root, "Chromium", "Application", "chrome.exe"),
      ]);
  }
  const folders = [...(environment.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin", "/snap/bin"];
  return [...new Set(folders.filter((folder) => folder !== ""))].flatMap((folder) =>
    EXECUTABLES.map((name) => join(folder, name)),
  );
}

/**
 * The Chromium to use: `CHROME_PATH` when set, else the usual places, else the one Playwright has
 * downloaded.
 * @returns {string} Its path.
 * @throws {Error} When `CHROME_PATH` names nothing executable, or when there is no Chromium at all.
 */
export function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new Error(
      `CHROME_PATH is "${chosen}", which is not an executable file. Set it to Chrome or Chromium, or unset it.`,
    );
  }
  const found = [...chromiumCandidates(), chromium.executablePath()].find(isExecutable);
  if (found) return found;
  throw new Error(
    "No Chrome or Chromium was found in the usual places. Install one, or set CHROME_PATH to the executable; " +
      "`npx playwright install chromium` downloads one.",
  );
}

/**
 * @param {string} program
 * @param {string[]} parameters
 */
function succeeds(program, parameters) {
  console.log(`$ ${[program, ...parameters].join(" ")}`);
  const { status } = spawnSync(program, parameters, {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return status === 0;
}

/**
 * Installs Debian's own package; Ubuntu's is a snap, which containers cannot run, so it is only
 * tried and checked.
 */
function installWithApt() {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) return false;
  const [program, ...rest] = process.getuid?.() === 0 ? ["apt-get"] : ["sudo", "--non-interactive", "apt-get"];
  return (
    succeeds(program, [...rest, "update"]) &&
    succeeds(program, [...rest, "install", "-y", "chromium", "fonts-dejavu-core"])
  );
}

function installWithPlaywright() {
  const cli = join(dirname(createRequire(import.meta.url).resolve("playwright/package.json")), "cli.js");
  const isRoot = process.getuid?.() === 0;
  return (
    (isRoot && succeeds(process.execPath, [cli, "install", "--with-deps", "chromium"])) ||
    succeeds(process.execPath, [cli, "install", "chromium"])
  );
}

/** A Chromium that is found and says its version, or null. */
function workingChromium() {
  try {
    const path = findChromium();
    // Chrome on Windows opens a window instead of printing its version.
    if (process.platform === "win32") return path;
    return spawnSync(path, ["--version"], { stdio: "ignore", timeout: 60_000 }).status === 0 ? path : null;
  } catch {
    return null;
  }
}

/**
 * As `findChromium`, but installs one when there is none, and says so first: Debian's package, else
 * Playwright's download.
 * @returns {string} Its path.
 * @throws {Error} When `CHROME_PATH` is wrong, or when none is there and none could be installed,
 * or `STUDIO_INSTALL=no` forbids it.
 */
export function ensureChromium() {
  if (process.env.CHROME_PATH) return findChromium();
  const present = workingChromium();
  if (present) return present;
  if (process.env.STUDIO_INSTALL === "no") {
    throw new Error("No Chromium was found, and STUDIO_INSTALL=no forbids to install one. Set CHROME_PATH to one.");
  }
  console.log(
    "No Chromium was found, so one is installed now: where there is apt-get, as system packages (chromium and a font; " +
      "as root or by sudo without a password), else by Playwright's download (as root with the system packages it needs). " +
      "To leave the system as it is, end this and set CHROME_PATH to a Chrome or Chromium, or STUDIO_INSTALL=no.",
  );
  for (const install of [installWithApt, installWithPlaywright]) {
    const installed = install() ? workingChromium() : null;
    if (installed) return installed;
  }
  throw new Error(
    "No Chromium was found and none could be installed (tried apt-get and Playwright's download). " +
      "Install Chrome or Chromium yourself and set CHROME_PATH to its executable.",
  );
}

/**
 * What a headless Chromium is to leave out. It heeds the last list alone, and Playwright writes one
 * of its own: the first two, which cost a second of processor time in every page, and all of that.
 */
const DISABLED_FEATURES = [
  "WebUIOmniboxPopup",
  "WebUIOmniboxAimPopup",
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "ThirdPartyStoragePartitioning",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "TcpPortRandomizationWin",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
  "msForceBrowserSignIn",
  "msEdgeUpdateLaunchServicesPreferredVersion",
];

/** What a headless Chromium on Linux needs to offer a graphics card to WebGPU. */
const LINUX_HARDWARE = ["--use-angle=vulkan", "--enable-features=Vulkan", "--disable-vulkan-surface"];

/**
 * Why Chromium has to run without its sandbox, which keeps what a page reads away from the rest of
 * the computer; null where it has it.
 * @param {number | undefined} user The user's number; 0 is root, undefined is Windows.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {string | null}
 */
export function sandboxObstacle(user = process.getuid?.(), environment = process.env) {
  if (environment.STUDIO_SANDBOX === "off") return "STUDIO_SANDBOX is off";
  return user === 0 && process.platform === "linux" ? "Chromium has none for root" : null;
}

/**
 * How Playwright starts a headless Chromium: with its sandbox wherever it can have one.
 * @param {Parameters<typeof chromiumArguments>[0]} options
 */
export function launchOptions(options) {
  return {
    executablePath: findChromium(),
    args: chromiumArguments(options),
    chromiumSandbox: sandboxObstacle() === null,
  };
}

/**
 * Command-line flags for a headless Chromium.
 * @param {{ webgpu?: boolean, software?: boolean, jsFlags?: string | undefined }} options `webgpu`:
 * unless false, WebGPU is turned on; `software`: with the software adapter (SwiftShader) even if
 * there is a GPU; `jsFlags`: V8's own; default: as people have it.
 * @returns {string[]}
 */
export function chromiumArguments({ webgpu = true, software = false, jsFlags }) {
  const adapter = software ? ["--use-webgpu-adapter=swiftshader"] : process.platform === "linux" ? LINUX_HARDWARE : [];
  return [
    ...(webgpu ? ["--enable-unsafe-webgpu", ...adapter] : []),
    ...(jsFlags ? [`--js-flags=${jsFlags}`] : []),
    `--disable-features=${DISABLED_FEATURES.join(",")}`,
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
}
