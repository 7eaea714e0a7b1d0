/**
 * Writes `public/models/index.json` anew: size and SHA-256 of every file of each model it lists. To
 * be run by hand after a model was added (put its name and description into the index first) or its
 * files were changed.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const models = new URL("../public/models/", import.meta.url);
const place = new URL("index.json", models);

/** What the page needs of a model folder. */
const WANTED = /^(config\.json|tokenizer\.json|tokenizer_config\.json|model.*\.safetensors(\.index\.json)?)$/;

const index = JSON.parse(readFileSync(place, "utf8")).map(({ name, description }) => {
  const folder = new URL(`${name}/`, models);
  const names = readdirSync(folder).filter((file) => WANTED.test(file));
  const describe = (file) => {
    const bytes = readFileSync(new URL(file, folder));
    return [file, { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") }];
  };
  return { name, description, files: Object.fromEntries(names.sort().map(describe)) };
});
writeFileSync(place, `${JSON.stringify(index, null, 2)}\n`);
