import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { BundledModels } from "../../../src/hub/bundled";
import { type FileStore, inWords, StorageError } from "../../../src/hub/file-store";
import { MemoryStore } from "./memory-store";

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const files: Record<string, Uint8Array> = { "config.json": new TextEncoder().encode("{}"), "model.safetensors": bytes };

let server: Server;
let requests: string[] = [];
afterEach(() => server.close());

/** Serves an index and its files; `wrong` content where the index means `files`. */
async function serve({ ranges = true, wrong = {} as Record<string, Uint8Array> } = {}): Promise<URL> {
  requests = [];
  const described = Object.entries(files).map(([name, content]) => {
    const sha256 = createHash("sha256").update(content).digest("hex");
    return [name, { bytes: content.length, sha256 }] as const;
  });
  const index = JSON.stringify([{ name: "tiny", description: "a test", files: Object.fromEntries(described) }]);
  server = createServer((request, response) => {
    const name = request.url!.split("/").pop()!;
    const content = name === "index.json" ? new TextEncoder().encode(index) : (wrong[name] ?? files[name]);
    const range = /bytes=(\d+)-/.exec(request.headers.range ?? "");
    requests.push(range ? `${name} ${range[1]}-` : name);
    if (!content) response.writeHead(404).end();
    else if (range && ranges) response.writeHead(206).end(content.subarray(Number(range[1])));
    else response.writeHead(200).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`);
}

const read = async (models: BundledModels, name = "model.safetensors") => {
  const file = (await (await models.open("tiny", () => {})).open(name))!;
  return file.read(0, file.size);
};

it("are listed with their sizes; an unknown one is named", async () => {
  const models = new BundledModels(await serve(), null);
  expect(await models.list()).toEqual([{ source: "bundled:tiny", name: "tiny", description: "a test", bytes: 1002 }]);
  await expect(models.open("huge", () => {})).rejects.toThrow(/"huge" is bundled\. Bundled models: tiny/);
});

it("are stored on the first visit, with progress, and need no server on the second", async () => {
  const store = new MemoryStore();
  const url = await serve();
  const progress: [number, number, boolean][] = [];
  const folder = await new BundledModels(url, store).open("tiny", ({ done, total, checking }) => {
    progress.push([done, total, checking]);
  });
  expect(progress.at(-1)).toEqual([1002, 1002, false]);
  expect((await folder.open("model.safetensors"))!.size).toBe(1000);
  expect(requests).toEqual(["index.json", "config.json", "model.safetensors"]);

  expect(await read(new BundledModels(url, store))).toEqual(bytes);
  expect(requests).toEqual(["index.json", "config.json", "model.safetensors", "index.json"]);

  server.closeAllConnections();
  server.close();
  const offline = new BundledModels(url, store);
  expect(await offline.list()).toMatchObject([{ source: "bundled:tiny", bytes: 1002 }]);
  expect(await read(offline)).toEqual(bytes);
});

it("that were damaged are noticed and brought anew; a beginning is gone on from", async () => {
  const store = new MemoryStore();
  const url = await serve();
  await read(new BundledModels(url, store));
  store.content.get("bundled:tiny")!.get("model.safetensors")![7]! ^= 1;
  requests = [];
  expect(await read(new BundledModels(url, store))).toEqual(bytes);
  expect(requests).toEqual(["index.json", "model.safetensors"]);

  store.content.get("bundled:tiny")!.set("model.safetensors", bytes.slice(0, 300));
  requests = [];
  expect(await read(new BundledModels(url, store))).toEqual(bytes);
  expect(requests).toEqual(["index.json", "model.safetensors 300-"]);
});

it("are gone on with from a server that knows no ranges", async () => {
  const store = new MemoryStore();
  const url = await serve({ ranges: false });
  await read(new BundledModels(url, store));
  store.content.get("bundled:tiny")!.set("model.safetensors", bytes.slice(0, 300));
  expect(await read(new BundledModels(url, store))).toEqual(bytes);
});

it("published with another content than their index says are refused", async () => {
  const url = await serve({ wrong: { "model.safetensors": bytes.map((byte) => byte ^ 1) } });
  await expect(read(new BundledModels(url, new MemoryStore()))).rejects.toThrow(/model\.safetensors arrived twice/);
});

it("are read from the server where nothing can be kept", async () => {
  const url = await serve();
  expect(await read(new BundledModels(url, null))).toEqual(bytes);
  const full: FileStore = Object.assign(new MemoryStore(), {
    append: () => Promise.reject(new StorageError("full")),
  });
  expect(await read(new BundledModels(url, full))).toEqual(bytes);
  const models = new BundledModels(url, null);
  expect(
    new TextDecoder().decode(await (await models.glance("tiny")).open("config.json").then((file) => file!.read(0, 2))),
  ).toBe("{}");
});

it.each(["folders", "files", "read", "append", "write", "close", "remove"] as const)(
  "are read from the server where %s of the browser's storage breaks, which is said in words",
  async (member) => {
    const broken = () => {
      throw new DOMException("The state had changed.", "InvalidStateError");
    };
    const memory = new MemoryStore();
    const models = new BundledModels(await serve(), inWords(memory));
    if (member === "write" || member === "close") {
      const { append } = memory;
      memory.append = async (...given) => ({ ...(await append.apply(memory, given)), [member]: broken });
    } else {
      // Once everything is kept, as when storage breaks in the middle of a visit.
      expect(await read(models)).toEqual(bytes);
      memory[member] = async () => broken();
    }
    expect(await read(models)).toEqual(bytes);
    const store = inWords(memory);
    const used: Record<typeof member, () => Promise<unknown>> = {
      folders: () => store.folders(),
      files: () => store.files("a"),
      read: () => store.read("a", "b"),
      append: () => store.append("a", "b", 0),
      write: async () => (await store.append("a", "b", 0)).write(bytes),
      close: async () => (await store.append("a", "b", 0)).close(),
      remove: () => store.remove("a"),
    };
    await expect(used[member]()).rejects.toThrow(
      /^This browser's storage for models cannot be used at the moment \(The state had changed\)\. Reload the page/,
    );
    await expect(used[member]()).rejects.toBeInstanceOf(StorageError);
  },
);

it("say which file of theirs is not published", async () => {
  const models = new BundledModels(await serve(), null);
  await models.list();
  server.removeAllListeners("request").on("request", (_, response) => response.writeHead(503).end());
  const opened = (await models.open("tiny", () => {})).open("model.safetensors");
  await expect(opened).rejects.toThrow(/model\.safetensors could not be read: the server answered 503/);
});
