import { afterEach, describe, expect, it, vi } from "vitest";
import type { TransferProgress } from "../../../src/hub/download";
import {
  hubRecord,
  hubSource,
  lookUp,
  openContent,
  parseHubName,
  remoteFolder,
  wantedFiles,
} from "../../../src/hub/hub-client";
import { readSafetensors } from "../../../src/hub/safetensors";
import { bringModel, listStored, openStored } from "../../../src/hub/stored-models";
import { writeSafetensors } from "../../../src/hub/write-safetensors";
import { COMMIT, type HubServer, type ServedModel, serveHub } from "../../hub-server";
import { MemoryStore } from "./memory-store";

const text = (value: string) => new TextEncoder().encode(value);
const weights = writeSafetensors([
  { name: "w", shape: [50_000], data: Float32Array.from({ length: 50_000 }, (_, i) => i) },
]);
const files = {
  "config.json": text('{"model_type":"llama"}'),
  "tokenizer.json": text("{}"),
  "model.safetensors": weights,
  "README.md": text("# A card"),
  "pytorch_model.bin": text("pickle"),
};

// The client library is loaded with the first question; a busy machine takes seconds over that.
vi.setConfig({ testTimeout: 30_000 });

let server: HubServer;
afterEach(() => server.close());

async function find(model: Partial<ServedModel> = {}, name = "tiny/llama", token: string | null = null) {
  server = await serveHub({ "tiny/llama": { files, licence: "mit", ...model } });
  return lookUp({ ...parseHubName(name), token, address: server.address });
}

const quiet: TransferProgress = () => {};

describe("looking a model up", () => {
  it("tells commit, licence and files with their checksums, without reading any", async () => {
    const model = await find();
    expect([model.commit, model.licence, model.gated]).toEqual([COMMIT, "mit", false]);
    expect(model.files.map(({ name }) => name)).toEqual(Object.keys(files));
    const large = model.files.find(({ name }) => name === "model.safetensors")!;
    expect([large.bytes, large.sha256?.length, large.gitId]).toEqual([weights.length, 64, null]);
    // As `git hash-object` says.
    expect(model.files[0]).toMatchObject({ sha256: null, gitId: "0972e95c1405cc1507c19dcbe784f7a36c930907" });
    expect(server.requests.filter((path) => path.includes("resolve"))).toEqual([]);
    expect(hubRecord(model)).toMatchObject({
      source: "hf:tiny/llama",
      name: "tiny/llama",
      commit: COMMIT,
      licence: "mit",
    });
    expect(hubRecord(model).files.map(({ name }) => name)).toEqual([
      "config.json",
      "tokenizer.json",
      "model.safetensors",
    ]);
  });

  it("goes by the revision", async () => {
    const old = "f".repeat(40);
    const model = await find({ revisions: { v1: old } }, "tiny/llama@v1");
    expect([model.commit, hubSource(model.request)]).toEqual([old, "hf:tiny/llama@v1"]);
    await server.close();
    await expect(find({}, "tiny/llama@v9")).rejects.toThrow(/has no model tiny\/llama at revision v9/);
  });

  it("reads settings and headers by range", async () => {
    const folder = remoteFolder(await find());
    const file = (await folder.open("model.safetensors"))!;
    const { tensors } = await readSafetensors(file);
    expect([...tensors.keys()]).toEqual(["w"]);
    const asked = server.requests.filter((path) => path.startsWith("/large"));
    // A probe, the header's length, the header; each behind its redirect.
    expect(asked.length).toBeLessThanOrEqual(3);
    expect(asked.some((path) => path.endsWith("bytes=0-7"))).toBe(true);
    expect(await folder.open("missing.json")).toBeNull();
  });

  it.each([
    ["nobody/nothing", null, /does not show nobody\/nothing without a token: .* its name is wrong/],
    ["nobody/nothing", "hf_abc", /has no model nobody\/nothing/],
    ["tiny/llama", "abc", /The token is not one of the Hub's: .*hf_/],
  ])("%s with token %s is refused with what to do", async (name, token, said) => {
    await expect(find({}, name, token)).rejects.toThrow(said);
  });

  it("a gated model's files ask for a token, then for its conditions, then come", async () => {
    const read = async (token: string | null) => {
      const model = await find({ gatedBy: "hf_right" }, "tiny/llama", token);
      expect(model.gated).toBe(true);
      return (await remoteFolder(model).open("config.json"))!.read(0, 5);
    };
    await expect(read(null)).rejects.toThrow(/gated or private.* give a token/s);
    await server.close();
    await expect(read("hf_other")).rejects.toThrow(/the model is gated\. Accept its conditions on .*\/tiny\/llama/);
    await server.close();
    expect(new TextDecoder().decode(await read("hf_right"))).toBe('{"mod');
  });

  it("a server that is away is a network error that names it", async () => {
    server = await serveHub({});
    await server.close();
    await expect(lookUp({ name: "a/b", revision: null, token: null, address: server.address })).rejects.toThrow(
      /127\.0\.0\.1:\d+ could not be reached/,
    );
    server = await serveHub({});
  });

  it.each([
    ["owner/name", "owner/name", null],
    [" hf:owner/name.v2@refs/pr/3 ", "owner/name.v2", "refs/pr/3"],
    ["gpt2", "gpt2", null],
    ["https://huggingface.co/owner/name", "owner/name", null],
    ["https://huggingface.co/owner/name/tree/dev", "owner/name", "dev"],
  ])("%s is a name", async (typed, name, revision) => {
    server = await serveHub({});
    expect(parseHubName(typed)).toEqual({ name, revision });
    expect(() => parseHubName("two words")).toThrow(/"two words" is not a model's name/);
  });
});

it("of shards and a single file only one is wanted", async () => {
  server = await serveHub({});
  const names = (list: string[]) => wantedFiles(list.map((name) => ({ name }))).map(({ name }) => name);
  const shards = [
    "model-00001-of-00002.safetensors",
    "model-00002-of-00002.safetensors",
    "model.safetensors.index.json",
  ];
  expect(names(["config.json", ...shards, "onnx.bin"])).toEqual(["config.json", ...shards]);
  expect(names(["model.safetensors", ...shards])).toEqual(["model.safetensors"]);
});

describe("downloading", () => {
  async function bring(store: MemoryStore, progress = quiet, signal?: AbortSignal) {
    const model = await lookUp({ name: "tiny/llama", revision: null, token: null, address: server.address });
    return bringModel(store, hubRecord(model), (file, from) => openContent(model, file, from), progress, signal);
  }

  it("stores what is wanted with progress in bytes, and opens without a server", async () => {
    await find();
    const store = new MemoryStore();
    const seen: number[] = [];
    await bring(store, ({ done, total }) => {
      seen.push(done);
      expect(total).toBe(weights.length + files["config.json"].length + 2);
    });
    expect(seen.at(-1)).toBe(weights.length + files["config.json"].length + 2);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await server.close();
    const folder = await openStored(store, "hf:tiny/llama", quiet);
    expect([folder.source, folder.name]).toEqual(["hf:tiny/llama", "tiny/llama"]);
    const file = (await folder.open("model.safetensors"))!;
    expect([...(await file.read(0, 8))]).toEqual([...weights.slice(0, 8)]);
    expect(await listStored(store)).toMatchObject([{ storedBytes: seen.at(-1), totalBytes: seen.at(-1) }]);
    server = await serveHub({});
  });

  it("asks for room for what is missing alone, and says both numbers where there is none", async () => {
    await find();
    const total = weights.length + files["config.json"].length + 2;
    const store = new MemoryStore();
    store.left = total - 1;
    await expect(bring(store)).rejects.toThrow(
      `tiny/llama needs ${total} more bytes, but the memory has ${total - 1} left. Get more.`,
    );
    expect(await store.folders()).toEqual([]);
    store.left = total;
    await bring(store);
    store.left = 0;
    await bring(store);
  });

  it("goes on by itself where a transfer broke off, and does not ask for what it has", async () => {
    await find();
    server.breakOff("model.safetensors", 70_000);
    const store = new MemoryStore();
    await bring(store);
    const ranges = server.requests.flatMap((path) => /^\/large.* bytes=(\d+)-/.exec(path)?.[1] ?? []).map(Number);
    expect(ranges.filter((from) => from > 0)).toHaveLength(1);
    expect(ranges.at(-1)).toBeGreaterThan(0);
    expect(ranges.at(-1)).toBeLessThanOrEqual(70_000);
    expect(Buffer.from(weights).equals(store.content.get("hf:tiny/llama")!.get("model.safetensors")!)).toBe(true);
  });

  it("that was stopped keeps what arrived and goes on later", async () => {
    await find();
    server.slowDown(5);
    const store = new MemoryStore();
    const stop = new AbortController();
    const progress: TransferProgress = ({ done }) => {
      if (done > 100_000) stop.abort(new Error("stopped"));
    };
    await expect(bring(store, progress, stop.signal)).rejects.toThrow("stopped");
    const [stored] = await listStored(store);
    expect(stored!.storedBytes).toBeGreaterThan(60_000);
    expect(stored!.storedBytes).toBeLessThan(stored!.totalBytes);
    await expect(openStored(store, "hf:tiny/llama", quiet)).rejects.toThrow(
      /not stored completely: model\.safetensors/,
    );
    server.slowDown(0);
    const folder = await bring(store);
    expect((await folder.open("model.safetensors"))!.size).toBe(weights.length);
  });

  it("with a wrong byte once is brought again; twice is refused and not kept", async () => {
    await find();
    server.damage("model.safetensors", 1);
    const store = new MemoryStore();
    await bring(store);
    await store.remove("hf:tiny/llama");
    server.damage("model.safetensors", 2);
    await expect(bring(store)).rejects.toThrow(
      /model\.safetensors arrived twice with the wrong content: its SHA-256 is/,
    );
    expect(store.content.get("hf:tiny/llama")!.has("model.safetensors")).toBe(false);
  });

  it("a stored file that was damaged is noticed, removed and named", async () => {
    await find();
    const store = new MemoryStore();
    await bring(store);
    store.content.get("hf:tiny/llama")!.get("config.json")![3]! ^= 1;
    await expect(openStored(store, "hf:tiny/llama", quiet)).rejects.toThrow(
      /stored copy of tiny\/llama is damaged: config\.json: its git id is .* That file was removed/,
    );
    await bring(store);
    await expect(openStored(store, "hf:tiny/llama", quiet)).resolves.toBeDefined();
    await expect(openStored(store, "hf:tiny/other", quiet)).rejects.toThrow(/not stored in this browser/);
  });
});

describe("a server that answers in another form", () => {
  const sha = COMMIT;
  const info = { id: "a/b", sha, private: false, gated: false, downloads: 0, likes: 0, lastModified: "2026-01-01" };
  const file = { type: "file", path: "config.json", size: 3, oid: "0".repeat(40) };

  async function answered(model: unknown, tree: unknown) {
    server = await serveHub({});
    vi.stubGlobal("fetch", async (address: string | URL) => {
      const said = String(address).includes("/tree/") ? tree : model;
      return new Response(typeof said === "string" ? said : JSON.stringify(said), {
        headers: { "Content-Type": "application/json" },
      });
    });
    try {
      return await lookUp({ name: "a/b", revision: null, token: null, address: "https://hub.example" });
    } finally {
      vi.unstubAllGlobals();
    }
  }

  it.each<[what: string, model: unknown, tree: unknown, why: RegExp]>([
    ["a listing that is a number", info, 3, /its list is none/],
    ["a listing that is an object", info, { files: [] }, /its list is none/],
    ["a listing that is null", info, null, /its list is none/],
    ["no JSON", info, "<html>", /what came is no JSON/],
    ["a git id that is a number", info, [{ ...file, oid: 7 }], /oid: must be a text, and is 7/],
    ["a git id that is none", info, [{ ...file, oid: "x" }], /oid: is no git id/],
    ["a SHA-256 that is a list", info, [{ ...file, lfs: { oid: [], size: 3 } }], /lfs\.oid: /],
    ["a size that is negative", info, [{ ...file, size: -1 }], /size: /],
    ["a size that is text", info, [{ ...file, size: "3" }], /size: /],
    ["a name that is missing", info, [{ ...file, path: undefined }], /path: must be a text, and is missing/],
    ["a commit that is none", { ...info, sha: 5 }, [file], /its commit must be a text, and is 5/],
    ["a commit of any text", { ...info, sha: "../x" }, [file], /is no commit/],
  ])("%s", async (_, model, tree, why) => {
    const error = await answered(model, tree).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error?.message).toMatch(/^https:\/\/hub\.example answers in another form than the Hub's \(/);
    expect(error?.message).toMatch(why);
    expect(error?.message).not.toMatch(/undefined|is not a function|not iterable/);
  });

  it("files without a sum are listed, with none", async () => {
    const model = await answered(info, [
      { ...file, oid: null },
      { type: "directory", path: "onnx", size: 0, oid: 4 },
    ]);
    expect(model.files).toEqual([{ name: "config.json", bytes: 3, sha256: null, gitId: null }]);
  });
});
