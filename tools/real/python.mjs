/**
 * Runs Python for the tests with real models: the computer's own to make a virtual environment in
 * the cache, that one for everything else. What is missing is said in one line. Not for what the
 * scripts compute.
 */

import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cache, keyOf, made } from "./cache.mjs";

const requirements = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
/** That the pinned packages run on. */
const OLDEST = [3, 11];

/** No request of transformers' own, and no bars or warnings among the figures. */
const QUIET = {
  HF_HUB_OFFLINE: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  PYTHONUTF8: "1",
  PYTHONWARNINGS: "ignore",
  TQDM_DISABLE: "1",
  TRANSFORMERS_VERBOSITY: "error",
};

/**
 * Something is missing on the computer, or a script failed: the message is all that a person needs.
 */
export class Told extends Error {
  name = "Told";
}

/** What pip says when it reaches no index, or no file there. */
const NO_NETWORK =
  /NewConnectionError|Max retries|name resolution|Network is unreachable|Connection (refused|reset|aborted)|ProxyError|timed out|No matching distribution|SSLError/i;

/**
 * Runs a program and returns what it printed.
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ shown?: boolean }} [how] `shown`: what it prints goes to the terminal.
 */
function run(program, parameters, { shown = false } = {}) {
  const output = shown ? "inherit" : "pipe";
  const { status, error, stdout, stderr } = spawnSync(program, parameters, {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", output, output],
    env: { ...process.env, ...QUIET },
  });
  return { status, error, said: `${stdout ?? ""}${stderr ?? ""}`.trim() };
}

/** The computer's Python: `STUDIO_PYTHON`, or what is called so. */
function systemPython() {
  const name = process.env.STUDIO_PYTHON || (process.platform === "win32" ? "python" : "python3");
  const { error, status, said } = run(name, ["-c", "import sys; print(*sys.version_info[:2], sys.base_prefix)"]);
  const wanted = `Python ${OLDEST.join(".")} or newer`;
  if (error || status !== 0) throw new Told(`There is no ${name}: install ${wanted}, or name one in STUDIO_PYTHON.`);
  const [major = 0, minor = 0] = said.split(" ").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new Told(`${name} is Python ${major}.${minor}: install ${wanted}, or name one in STUDIO_PYTHON.`);
  }
  for (const part of ["venv", "ensurepip"]) {
    if (run(name, ["-c", `import ${part}`]).status === 0) continue;
    throw new Told(
      `${name} has no ${part}: install it (on Debian and Ubuntu: python3-venv), or name another in STUDIO_PYTHON.`,
    );
  }
  // An environment leads back to the Python that made it.
  return { name, identity: said };
}

/** @param {string} environment */
const pythonOf = (environment) =>
  process.platform === "win32" ? join(environment, "Scripts", "python.exe") : join(environment, "bin", "python");

/**
 * pip's `install` or `download`.
 * @param {string} python
 * @param {string[]} parameters
 * @param {string} what Brought, for the message.
 */
export function pip(python, parameters, what) {
  const { status, error, said } = run(python, ["-m", "pip", ...parameters, "--quiet", "--no-input"]);
  if (!error && status === 0) return;
  const last =
    said
      .split("\n")
      .filter((line) => /error/i.test(line))
      .at(-1) ??
    said.split("\n").at(-1) ??
    "";
  if (/No module named pip\b/.test(said)) throw new Told(`${python} has no pip: install it.`);
  if (/No space left/.test(said))
    throw new Told(`${what} found no space left in ${cache}: free 8 GB, or set STUDIO_REAL_CACHE.`);
  if (NO_NETWORK.test(said)) throw new Told(`${what} could not be fetched: pip reaches no package index. ${last}`);
  throw new Told(`${what} could not be fetched by pip. ${error?.message ?? last}`);
}

/**
 * The Python with everything in requirements.txt, made on the first call (5.5 GB on Linux, where
 * torch brings CUDA).
 */
export const openPython = () => openEnvironment("environment", "requirements.txt");

/** The Python that has TensorBoard. */
export const openTensorBoard = () => openEnvironment("tensorboard-environment", "requirements-tensorboard.txt");

/**
 * @param {string} name Of the folder in the cache.
 * @param {string} list The file beside this one with what is in it.
 */
async function openEnvironment(name, list) {
  const system = systemPython();
  const key = keyOf(`file:${requirements(list)}`, system.identity, process.platform, process.arch);
  const folder = await made(name, key, (partial) => {
    console.log(`Making a Python environment in ${cache} (once, some minutes) …`);
    const { status, said } = run(system.name, ["-m", "venv", partial]);
    if (status !== 0) throw new Told(`${system.name} could not make a virtual environment. ${said.split("\n").at(-1)}`);
    pip(pythonOf(partial), ["install", "-r", requirements(list)], `What tools/real/${list} names`);
  });
  return pythonOf(folder);
}

/**
 * Runs one of the project's scripts, what it prints to the terminal.
 * @param {string} python
 * @param {string[]} parameters
 * @throws {Told} When it fails.
 */
export function script(python, parameters) {
  const { status, error } = run(python, parameters, { shown: true });
  if (error || status !== 0)
    throw new Told(`${basename(parameters[0] ?? python)} failed${error ? `: ${error.message}` : ""}.`);
}
