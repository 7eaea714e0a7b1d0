import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigurationError } from "../../../bin/headless/files";
import { bringHubModel, cacheFolder, DiskStore } from "../../../bin/headless/hub-models";
import { bringModel } from "../../../src/hub/stored-models";
import { type HubServer, serveHub } from "../../hub-server";

const fixture = "tests/fixtures/reference/models/tiny-llama";
const files = Object.fromEntries(
  readdirSync(fixture).map((name) => [name, new Uint8Array(readFileSync(join(fixture, name)))]),
);
const revisions = { v1: "f".repeat(40) };

// The client library is loaded with the first question; a busy machine takes seconds over that.
vi.setConfig({ testTimeout: 30_000 });

let cache: string;
let hub: HubServer;

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), "studio-hub-"));
  hub = await serveHub({
    "tiny/llama": { files, revisions },
    "tiny/gated": { files, gatedBy: "hf_right" },
    "tiny/t5": {
      files: { ...files, "config.json": new TextEncoder().encode('{"model_type":"t5","is_encoder_decoder":true}') },
    },
  });
});

afterEach(async () => {
  await hub.close();
  rmSync(cache, { recursive: true });
});

const transfers = () => hub.requests.filter((path) => path.startsWith("/large")).length;
const bring = (source: string, token: string | null = null, capacity: number | null = null) =>
  bringHubModel(source, { address: hub.address, token, cache, capacity }, () => {});

test("a model is downloaded once, completed where a file is cut, and then opens without the Hub", async () => {
  const folder = await bring("hf:tiny/llama@v1");
  const weights = join(folder, "model.safetensors");
  expect(readFileSync(weights).equals(files["model.safetensors"]!)).toBe(true);
  expect(hub.requests).toContain("/api/models/tiny/llama/revision/v1");

  truncateSync(weights, 1000);
  expect(await bring("hf:tiny/llama@v1")).toBe(folder);
  expect(readFileSync(weights).equals(files["model.safetensors"]!)).toBe(true);
  expect(hub.requests.some((path) => / bytes=1000-/.test(path))).toBe(true);
  await hub.close();
  expect(await bring("hf:tiny/llama@v1")).toBe(folder);

  const wrong = readFileSync(weights);
  wrong[5000]! ^= 1;
  writeFileSync(weights, wrong);
  await expect(bring("hf:tiny/llama@v1")).rejects.toThrow(/stored copy of tiny\/llama is damaged: model\.safetensors/);
  await expect(bring("hf:tiny/llama")).rejects.toThrow(/could not be reached/);
});

test("a gated model asks for the token, which is not kept", async () => {
  await expect(bring("hf:tiny/gated")).rejects.toThrow(/gated or private/);
  const folder = await bring("hf:tiny/gated", "hf_right");
  const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  expect(kept.length).toBeGreaterThan(3);
  expect(kept.filter((text) => text.includes("hf_right"))).toEqual([]);
});

test("what is not tuned, or no name, is refused as an error of the configuration before weights come", async () => {
  await expect(bring("hf:tiny/t5")).rejects.toThrow(ConfigurationError);
  await expect(bring("hf:tiny/t5")).rejects.toThrow(/encoder–decoder/);
  await expect(bring("hf:two words")).rejects.toThrow(/model: "hf:two words" is not a model's name/);
  expect(transfers()).toBe(0);
});

test("a disk without room for a model is told before any of it comes, by both numbers and the folder", async () => {
  const store = new DiskStore(join(cache, "not", "there yet"));
  const { bavail, bsize } = await statfs(cache);
  const room = (await store.room())!;
  expect(room.where).toBe(`the disk of ${join(cache, "not", "there yet")}`);
  expect(Math.abs(room.bytes - bavail * bsize)).toBeLessThan(2 ** 30);
  const file = { name: "model.safetensors", bytes: 1e15, sha256: null, gitId: null };
  const record = { source: "hf:a/b", name: "a/b", address: hub.address, commit: null, licence: null, files: [file] };
  const opened = vi.fn();
  await expect(bringModel(store, record, opened, () => {})).rejects.toThrow(
    /^a\/b needs 1000000000000000 more bytes, but the disk of .* has \d+ left\. .* STUDIO_CACHE/,
  );
  expect(opened).not.toHaveBeenCalled();
  expect(await store.folders()).toEqual([]);
});

test("models are kept where the environment says", () => {
  expect(cacheFolder({ STUDIO_CACHE: "/models" })).toBe("/models");
  expect(cacheFolder({ STUDIO_CACHE: "", XDG_CACHE_HOME: "/cache" })).toBe(join("/cache", "sk-tuning-studio"));
});
