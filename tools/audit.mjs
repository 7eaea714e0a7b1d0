/**
 * `npm run audit`: asks npm's registry for advisories on what is shipped (not on what only builds
 * and tests it). Exit codes: 0 none is known; 1 there are some, listed; 2 there was no answer, so
 * nothing is known: some registries and proxies have no advisories.
 */

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * What npm's answer comes to.
 * @param {string} json What `npm audit --json` printed.
 * @returns {{ code: 0 | 1 | 2, lines: string[] }} The exit code, and what is said.
 */
export function readAudit(json) {
  const unanswered = (/** @type {string} */ why) => ({
    code: /** @type {const} */ (2),
    lines: [
      `No answer about advisories: ${why}`,
      "Nothing is known, for better or worse. Ask from another network, or set npm's registry to one that has them.",
    ],
  });
  /** @type {any} */
  let answer;
  try {
    answer = JSON.parse(json);
  } catch {
    return unanswered(json.trim() === "" ? "npm said nothing." : "npm did not answer in JSON.");
  }
  if (answer?.error || answer?.message) {
    return unanswered(String(answer.error?.summary || answer.message || answer.error?.code || "the registry refused."));
  }
  if (typeof answer?.vulnerabilities !== "object" || answer.vulnerabilities === null) {
    return unanswered("npm's answer has no list of advisories.");
  }
  const found = Object.values(answer.vulnerabilities);
  if (found.length === 0) return { code: 0, lines: ["No advisory is known for what is shipped."] };
  return {
    code: 1,
    lines: found.map(({ name, severity, range, via }) => {
      const titles = via.map((/** @type {any} */ one) =>
        typeof one === "string" ? `through ${one}` : `${one.title} ${one.url}`,
      );
      return `${severity}: ${name} ${range}: ${titles.join("; ")}`;
    }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { stdout, error } = spawnSync("npm", ["audit", "--omit=dev", "--json"], {
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const { code, lines } = error ? { code: 2, lines: [`npm could not be asked: ${error.message}`] } : readAudit(stdout);
  for (const line of lines) console.log(line);
  process.exitCode = code;
}
