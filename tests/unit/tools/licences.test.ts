/** What is shipped may be passed on by anybody, under Apache-2.0 as the whole is. */

import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { noticesOf, shippedPackages } from "../../../tools/licences.mjs";

const packages = shippedPackages(fileURLToPath(new URL("../../..", import.meta.url)));

/** Ask for nothing but that their notice goes with a copy, or for nothing at all. */
const ALLOWED = new Set(["MIT", "ISC", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "0BSD"]);

/** Others, each with who has it and why it is no obstacle. */
const EXCEPTIONS: Record<string, { readonly packages: RegExp; readonly why: string }> = {
  "BSL-1.0": {
    packages: /^@stdlib\/math-base-special-/,
    why: "Boost's licence, of numerics that stdlib has from Boost: as MIT, and binaries need no notice",
  },
  "BlueOak-1.0.0": {
    packages: /^graceful-fs$/,
    why: "as MIT, with a grant of patents; read by Node alone and not part of the built page",
  },
};

/** The licences that all apply; of those that may be chosen from, the first that is allowed. */
function licencesOf(expression: string): string[] {
  const plain = expression.replace(/[()]/g, "");
  return plain.split(/\s+AND\s+/i).map((one) => {
    const choices = one.split(/\s+OR\s+/i);
    return choices.find((choice) => ALLOWED.has(choice)) ?? choices[0]!;
  });
}

test("every package that is shipped has a licence that may be passed on", () => {
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(["react", "onnxruntime-web", "zod"]));
  const refused = packages.flatMap(({ name, version, licence }) => {
    const other = licencesOf(licence).filter((one) => !ALLOWED.has(one) && !EXCEPTIONS[one]?.packages.test(name));
    return other.length > 0 ? [`${name} ${version}: ${licence || "no licence"}`] : [];
  });
  expect(refused).toEqual([]);
});

test("every exception is still needed", () => {
  for (const [licence, { packages: who }] of Object.entries(EXCEPTIONS)) {
    const needing = packages.filter((own) => who.test(own.name) && licencesOf(own.licence).includes(licence));
    expect(needing.length, licence).toBeGreaterThan(0);
  }
});

test.each([
  ["GPL-3.0-only", ["GPL-3.0-only"]],
  ["(MIT OR GPL-3.0-only)", ["MIT"]],
  ["MIT or MPL-2.0", ["MIT"]],
  ["Apache-2.0 AND BSL-1.0", ["Apache-2.0", "BSL-1.0"]],
  ["", [""]],
])("%j means %j", (expression, licences) => {
  expect(licencesOf(expression)).toEqual(licences);
});

test("the notices name every package, and have each text once", () => {
  const text = noticesOf(packages);
  for (const { name, version } of packages) expect(text).toContain(`${name} ${version} (`);
  const texts = new Set(packages.map(({ notices }) => notices.join("\n\n")).filter((one) => one !== ""));
  for (const one of texts) expect(text).toContain(one);
  const apart = packages.reduce((sum, { notices }) => sum + notices.join("").length, 0);
  expect(text.length).toBeLessThan(apart / 2);
});
