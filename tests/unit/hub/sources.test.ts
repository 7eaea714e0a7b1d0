import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { filesFolder, servedFolder } from "../../../src/hub/sources";

describe("a local folder", () => {
  const at = (path: string, content = "") => ({ path, file: new Blob([content]) });

  it("is the one that holds config.json, wherever it was dropped", async () => {
    const files = [at("up/tiny/config.json", "{}"), at("up/tiny/tokenizer.json", "{}"), at("up/notes.txt", "x")];
    const opened = filesFolder("tiny", files);
    expect([opened.source, opened.files]).toEqual(["dir:tiny", ["config.json", "tokenizer.json"]]);
    expect((await opened.open("tokenizer.json"))?.size).toBe(2);
    expect(await opened.open("notes.txt")).toBeNull();
    const flat = filesFolder("flat", [at("model.safetensors", "abcdef"), at("config.json", "{}")]);
    const weights = await flat.open("model.safetensors");
    expect(new TextDecoder().decode(await weights!.read(2, 4))).toBe("cd");
  });

  it("without config.json, or with two, is an error", () => {
    expect(() => filesFolder("x", [at("a/model.safetensors")])).toThrow(/^x has no config\.json/);
    expect(() => filesFolder("x", [at("a/model-Q4.gguf")])).toThrow(/^x has its weights as model-Q4\.gguf/);
    expect(() => filesFolder("x", [at("a/config.json"), at("b/config.json")])).toThrow(/has 2 \(a\/config/);
  });
});

describe("a folder that the page's own server offers", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Serves files, with or without ranges; the size that is told may be pretended. */
  async function serve(files: Record<string, Uint8Array>, { ranges = true, pretend = 0 } = {}) {
    const requests: string[] = [];
    const server = createServer((request, response) => {
      const name = request.url!.split("/").pop()!;
      const bytes = files[name];
      const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "");
      requests.push(range ? `${name} ${range[1]}-${range[2]}` : `${request.method} ${name}`);
      if (!bytes) response.writeHead(name === "broken.json" ? 503 : 404).end();
      else if (request.method === "HEAD") {
        response.writeHead(200, { "Content-Length": String(pretend || bytes.length) }).end();
      } else if (range && ranges) {
        response.writeHead(206).end(bytes.subarray(Number(range[1]), Number(range[2]) + 1));
      } else response.writeHead(200).end(bytes);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { folder: servedFolder(new URL(`${origin}/models/#tiny`), origin), requests };
  }

  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
  const big = 100 * 2 ** 20;

  it("sends small files whole in one request; what is not there is null", async () => {
    const { folder, requests } = await serve({ "model.safetensors": bytes });
    const file = (await folder.open("model.safetensors"))!;
    expect([folder.name, await folder.open("missing.json")]).toEqual(["tiny", null]);
    const [a, b] = await Promise.all([file.read(0, 10), file.read(990, 1000)]);
    expect([...a, ...b]).toEqual([...bytes.subarray(0, 10), ...bytes.subarray(990)]);
    expect(requests.filter((name) => name.startsWith("GET"))).toEqual(["GET model.safetensors"]);
  });

  it("sends big files by range", async () => {
    const { folder, requests } = await serve({ "model.safetensors": bytes }, { pretend: big });
    const file = (await folder.open("model.safetensors"))!;
    expect([...(await file.read(300, 304))]).toEqual([...bytes.subarray(300, 304)]);
    expect(requests).toContain("model.safetensors 300-303");
  });

  it("keeps a big file whole when the server knows no ranges", async () => {
    const large = new Uint8Array(64 * 2 ** 20 + 5);
    large.set(bytes, 64 * 2 ** 20 - 995);
    const { folder, requests } = await serve({ "model.safetensors": large }, { ranges: false });
    const file = (await folder.open("model.safetensors"))!;
    expect([...(await file.read(large.length - 1000, large.length))]).toEqual([...bytes]);
    expect([...(await file.read(large.length - 10, large.length))]).toEqual([...bytes.subarray(990)]);
    expect(requests).toHaveLength(2);
  });

  it("says when a file came incomplete, or not at all", async () => {
    const { folder } = await serve({ "model.safetensors": bytes }, { ranges: false, pretend: big });
    const file = (await folder.open("model.safetensors"))!;
    await expect(file.read(300, 304)).rejects.toThrow(/has 1000 bytes, but its server said 104857600/);
    await expect(folder.open("broken.json")).rejects.toThrow(/broken\.json could not be read: the server answered 503/);
  });

  it("that the runner brought from the Hub keeps its name there", () => {
    const called = (name: string) => servedFolder(new URL(`http://here/0#${encodeURIComponent(name)}`), "http://here");
    expect(called("hf:owner/tiny@v1")).toMatchObject({ source: "hf:owner/tiny@v1", name: "owner/tiny" });
    expect(called("tiny")).toMatchObject({ source: "dir:tiny", name: "tiny" });
  });

  it("must be of the same origin", () => {
    expect(() => servedFolder(new URL("http://elsewhere/models"), "http://here")).toThrow(/not by http:\/\/elsewhere/);
  });
});
