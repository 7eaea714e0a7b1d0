/**
 * The security policy in one place: what it allows, that the documents say the same, and that the
 * pages need no more. Whether the page works under it: `e2e/security.spec.ts`.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { HUB_SERVERS, metaPolicy, readHubs, securityHeaders } from "../../../tools/security/headers.mjs";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Sources by directive. */
function parsed(policy: string): Map<string, string[]> {
  return new Map(
    policy.split("; ").map((directive) => {
      const [name, ...sources] = directive.split(" ");
      return [name!, sources];
    }),
  );
}

describe("the policy", () => {
  const policy = parsed(securityHeaders()["Content-Security-Policy"]!);

  test.each([
    ["default-src", ["'none'"]],
    ["script-src", ["'self'", "'wasm-unsafe-eval'"]],
    ["worker-src", ["'self'"]],
    ["style-src", ["'self'"]],
    ["connect-src", ["'self'", ...HUB_SERVERS]],
    ["base-uri", ["'none'"]],
    ["form-action", ["'none'"]],
    ["frame-ancestors", ["'none'"]],
  ])("has %s %j", (directive, sources) => {
    expect(policy.get(directive)).toEqual(sources);
  });

  test("allows neither scripts nor styles within the page, nor any server at all", () => {
    const sources = [...policy.values()].flat();
    const loose = ["'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:", "blob:", "ws:"];
    expect(sources.filter((source) => loose.includes(source))).toEqual([]);
  });

  test("in a page has what a page can say, for the Hubs it is served for", () => {
    const own = parsed(metaPolicy(["https://hub.example"]));
    expect(own.get("connect-src")).toEqual(["'self'", "https://hub.example"]);
    expect(own.has("frame-ancestors")).toBe(false);
    expect([...own.keys()]).toEqual([...policy.keys()].filter((name) => name !== "frame-ancestors"));
  });
});

describe("addresses of Hubs", () => {
  test.each([
    ["https://hub.example", ["https://hub.example"]],
    ["https://hub.example/", ["https://hub.example"]],
    [" https://a.example  http://localhost:8080 ", ["https://a.example", "http://localhost:8080"]],
    ["http://localhost:*", ["http://localhost:*"]],
    ["https://*.hub.example", ["https://*.hub.example"]],
    ["", []],
  ])("%j are %j", (typed, addresses) => {
    expect(readHubs(typed)).toEqual(addresses);
  });

  test.each([
    "*",
    "https://*",
    "hub.example",
    "https:",
    "https://hub.example;script-src",
    "ftp://a",
    "'unsafe-inline'",
  ])("%j is refused by name", (typed) => {
    expect(() => readHubs(`https://good.example ${typed}`)).toThrow(`"${typed}" is not the address of a Hub`);
  });
});

test.each(Object.entries(securityHeaders()))("docs/hosting.md has the header %s as it is sent", (name, value) => {
  const document = read("docs/hosting.md");
  expect(document).toContain(`add_header ${name} "${value}" always;`);
  expect(document).toContain(`\n  ${name}: ${value}\n`);
});

test.each(["index.html", "runner.html"])("%s has no script, style or handler of its own", (page) => {
  const html = read(page);
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=/);
});

test("icons are files of the page's own, so that a host that allows pictures of itself alone refuses none", () => {
  const named = [...read("index.html").matchAll(/<link rel="(?:icon|apple-touch-icon)"[^>]* href="([^"]+)"/g)];
  const { icons } = JSON.parse(read("public/manifest.webmanifest")) as { icons: { src: string }[] };
  const files = [...named.map(([, path]) => path!.replace(/^\//, "")), ...icons.map(({ src }) => src)];
  expect(files.length).toBeGreaterThan(icons.length + 1);
  for (const file of files) expect(readFileSync(join(root, "public", file)).length, file).toBeGreaterThan(100);
  expect(read("index.html")).not.toContain("data:");
});

test("nothing in the source writes markup or scripts as text", () => {
  const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(100);
  const writes =
    /\b(innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|srcdoc)\b|(?<!\.)\beval\(|new Function\(/;
  expect(files.filter((name) => writes.test(read(join("src", name))))).toEqual([]);
});
