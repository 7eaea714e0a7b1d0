/** What npm's answers about advisories come to; the registry itself is not asked. */

import { expect, test } from "vitest";
import { readAudit } from "../../../tools/audit.mjs";

const via = [{ title: "Prototype pollution", url: "https://github.com/advisories/GHSA-1" }, "other"];

test.each([
  ["none", '{"auditReportVersion":2,"vulnerabilities":{},"metadata":{}}', 0, /^No advisory is known/],
  [
    "some",
    JSON.stringify({ vulnerabilities: { a: { name: "a", severity: "high", range: "<2", via } } }),
    1,
    /^high: a <2: Prototype pollution https:\/\/github\.com\/advisories\/GHSA-1; through other$/,
  ],
  [
    "a registry that refuses",
    '{"message":"405 Method Not Allowed","method":"POST","statusCode":405,"body":""}',
    2,
    /^No answer about advisories: 405 Method Not Allowed/,
  ],
  [
    "no lock file",
    '{"error":{"code":"ENOLOCK","summary":"This command requires a lockfile."}}',
    2,
    /requires a lockfile/,
  ],
  ["no network", '{"message":"request to https://packages.test failed"}', 2, /request to .* failed/],
  ["nothing", "", 2, /npm said nothing/],
  ["no JSON", "<html>", 2, /did not answer in JSON/],
  ["another JSON", "[]", 2, /no list of advisories/],
  ["null", "null", 2, /no list of advisories/],
])("%s", (_, json, code, said) => {
  const answer = readAudit(json);
  expect(answer.code).toBe(code);
  expect(answer.lines[0]).toMatch(said);
});
