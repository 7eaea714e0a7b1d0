/**
 * The packages that what is shipped is made of, by the lock file, with their licences; and the file
 * of their notices that a build lays beside the pages. Which licences there may be:
 * `tests/unit/tools/licences.test.ts`.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Names of files that hold a licence or what it asks to be passed on. */
const NOTICE = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

/**
 * @param {string} root The project's folder, with its packages installed.
 * @returns {{ name: string, version: string, licence: string, notices: string[] }[]} By name; a
 * package that is there in two versions is there twice. `licence` is SPDX's expression, empty where
 * the package has none.
 */
export function shippedPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return (
    Object.entries(packages)
      .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
      // Parts for another kind of computer are not installed.
      .filter(([path, { optional }]) => !optional || statSync(join(root, path), { throwIfNoEntry: false }))
      .map(([path]) => {
        const folder = join(root, path);
        const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const files = readdirSync(folder).filter((file) => NOTICE.test(file) && statSync(join(folder, file)).isFile());
        const notices = files.map((file) => readFileSync(join(folder, file), "utf8").replace(/\r\n/g, "\n").trim());
        return { name, version, licence: typeof license === "string" ? license : "", notices };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  );
}

/**
 * Every notice once, with the packages it is of.
 * @param {ReturnType<typeof shippedPackages>} packages
 * @returns {string} Plain text.
 */
export function noticesOf(packages) {
  /** @type {Map<string, string[]>} */
  const owners = new Map();
  for (const { name, version, licence, notices } of packages) {
    const text = notices.join("\n\n") || `Licence: ${licence}`;
    owners.set(text, [...(owners.get(text) ?? []), `${name} ${version} (${licence})`]);
  }
  const rule = "-".repeat(80);
  return [
    "SK-Tuning Studio is made with these packages, under their own licences.",
    ...[...owners].flatMap(([text, names]) => [rule, names.join("\n"), "", text]),
    "",
  ].join("\n");
}

/**
 * @param {string} root The project's folder.
 * @returns {import("vite").Plugin}
 */
export function licencesFile(root) {
  return {
    name: "licences",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "licences.txt", source: noticesOf(shippedPackages(root)) });
    },
  };
}
