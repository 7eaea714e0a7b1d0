import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { bundledFolder, filesFolder, listBundled, localFiles } from "../../../src/hub/sources";

describe("a local folder", () => {
  const at = (path: string, content: string) => Object.assign(new File([content], path.split("/").pop()!), { path });

  it("is the one that holds config.json, wherever it was dropped", async () => {
    const files = [at("./up/tiny/config.json", "{}"), at("./up/tiny/tokenizer.json", "{}"), at("./up/notes.txt", "x")];
    const opened = filesFolder("tiny", localFiles(files));
    expect(opened.source).toBe("dir:tiny");
    expect((await opened.open("tokenizer.json"))?.size).toBe(2);
    expect(await opened.open("notes.txt")).toBeNull();
    const flat = filesFolder(
      "flat",
      localFiles([new File(["abcdef"], "model.safetensors"), new File(["{}"], "config.json")]),
    );
    const weights = await flat.open("model.safetensors");
    expect(new TextDecoder().decode(await weights!.read(2, 4))).toBe("cd");
  });

  it("without config.json, or with two, is an error", () => {
    expect(() => filesFolder("x", localFiles([at("a/model.safetensors", "")]))).toThrow(
      /one config\.json, but "x" has none/,
    );
    expect(() => filesFolder("x", localFiles([at("a/config.json", ""), at("b/config.json", "")]))).toThrow(
      /2 files called config/,
    );
  });
});

describe("bundled models", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
    }
  });

  /** Serves files, with or without ranges; `size` of a file in the index may be pretended. */
  async function serve(
    files: Record<string, Uint8Array>,
    { ranges = true, pretend = {} as Record<string, number> } = {},
  ) {
    const requests: string[] = [];
    const sizes = Object.fromEntries(
      Object.entries(files).map(([name, bytes]) => [name, pretend[name] ?? bytes.length]),
    );
    const index = JSON.stringify([{ name: "tiny", description: "a test", files: sizes }]);
    const server = createServer((request, response) => {
      const name = request.url!.split("/").pop()!;
      const bytes = name === "index.json" ? new TextEncoder().encode(index) : files[name];
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      requests.push(range ? `${name} ${range[1]}-${range[2]}` : name);
      if (!bytes) {
        response.writeHead(404).end();
      } else if (range && ranges) {
        response.writeHead(206).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
      } else {
        response.writeHead(200).end(bytes);
      }
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/models/`), requests };
  }

  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const big = { "model.safetensors": 100 * 2 ** 20 };

  it("are listed with their sizes; an unknown one is named", async () => {
    const { url } = await serve({ "config.json": bytes, "model.safetensors": bytes });
    expect(await listBundled(url)).toEqual([
      { source: "bundled:tiny", name: "tiny", description: "a test", bytes: 2000 },
    ]);
    await expect(bundledFolder("huge", url)).rejects.toThrow(/"huge" is bundled\. Bundled models: tiny/);
  });

  it("come whole in one request when small, with progress in bytes", async () => {
    const { url, requests } = await serve({ "model.safetensors": bytes });
    const progress: [string, number, number][] = [];
    const opened = await bundledFolder("tiny", url, (...step) => progress.push(step));
    const file = (await opened.open("model.safetensors"))!;
    expect(await opened.open("missing.json")).toBeNull();
    const [a, b] = await Promise.all([file.read(0, 10), file.read(990, 1000)]);
    expect([...a, ...b]).toEqual([...bytes.subarray(0, 10), ...bytes.subarray(990)]);
    expect(requests.filter((name) => name.startsWith("model"))).toEqual(["model.safetensors"]);
    expect(progress.at(-1)).toEqual(["model.safetensors", 1000, 1000]);
  });

  it("come by range when big", async () => {
    const { url, requests } = await serve({ "model.safetensors": bytes }, { pretend: big });
    const file = (await (await bundledFolder("tiny", url)).open("model.safetensors"))!;
    expect([...(await file.read(300, 304))]).toEqual([...bytes.subarray(300, 304)]);
    expect(requests).toContain("model.safetensors 300-303");
  });

  it("are kept whole when big and the server knows no ranges", async () => {
    const large = new Uint8Array(64 * 2 ** 20 + 5);
    large.set(bytes, 64 * 2 ** 20 - 995);
    const { url, requests } = await serve({ "model.safetensors": large }, { ranges: false });
    const file = (await (await bundledFolder("tiny", url)).open("model.safetensors"))!;
    expect([...(await file.read(large.length - 1000, large.length))]).toEqual([...bytes]);
    expect([...(await file.read(large.length - 10, large.length))]).toEqual([...bytes.subarray(990)]);
    expect(requests.filter((name) => name.startsWith("model"))).toHaveLength(1);
  });

  it("that are big, from a server without ranges, are checked for completeness", async () => {
    const { url } = await serve({ "model.safetensors": bytes }, { ranges: false, pretend: big });
    const file = (await (await bundledFolder("tiny", url)).open("model.safetensors"))!;
    await expect(file.read(300, 304)).rejects.toThrow(/has 1000 bytes, but the models' index says 104857600/);
  });

  it("missing from the server name the file and the answer", async () => {
    const { url } = await serve({ "config.json": bytes });
    const file = (await (await bundledFolder("tiny", url)).open("config.json"))!;
    servers
      .at(-1)!
      .removeAllListeners("request")
      .on("request", (_, response) => response.writeHead(503).end());
    await expect(file.read(0, 1)).rejects.toThrow(/config\.json could not be read: the server answered 503/);
    await expect(listBundled(url)).rejects.toThrow(/index\.json could not be read: the server answered 503/);
  });
});
