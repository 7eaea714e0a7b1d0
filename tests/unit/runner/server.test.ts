import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SharedFiles } from "../../../bin/headless/server";

const shared = new SharedFiles();
let folder: string;
let server: Server;
let origin: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "studio-server-"));
  writeFileSync(join(folder, "my data.csv"), "text,label\nfine,1\n");
  writeFileSync(join(folder, "private.txt"), "private");
  mkdirSync(join(folder, "adapter", "deeper"), { recursive: true });
  writeFileSync(join(folder, "adapter", "adapter_config.json"), "{}");
  writeFileSync(join(folder, "adapter", "deeper", "file.txt"), "deeper");
  server = createServer((request, response) => {
    request.url = request.url?.slice(shared.prefix.length);
    shared.middleware(request, response, () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe("shared files", () => {
  test("a file is served whole and by range", async () => {
    const address = origin + shared.share(join(folder, "my data.csv"));
    expect(await (await fetch(address)).text()).toBe("text,label\nfine,1\n");
    const part = await fetch(address, { headers: { range: "bytes=5-9" } });
    expect([part.status, await part.text()]).toEqual([206, "label"]);
  });

  test("its neighbours are not", async () => {
    const place = shared.share(join(folder, "my data.csv")).replace(/\/[^/]*$/, "");
    for (const name of ["private.txt", "..%2Fprivate.txt", "adapter/adapter_config.json", "", "."]) {
      expect((await fetch(`${origin}${place}/${name}`)).status, name).toBe(404);
    }
  });

  test("a folder's own files are served, and nothing below or above it", async () => {
    const place = origin + shared.share(join(folder, "adapter"));
    expect(await (await fetch(`${place}/adapter_config.json`)).text()).toBe("{}");
    for (const name of ["gone.json", "deeper/file.txt", "deeper%2Ffile.txt", "..%2Fprivate.txt", "deeper"]) {
      expect((await fetch(`${place}/${name}`)).status, name).toBe(404);
    }
  });

  test("a file that is awaited is taken in, once", async () => {
    const path = join(folder, "received.zip");
    const place = origin + shared.receive(path);
    expect((await fetch(place)).status).toBe(404);
    expect((await fetch(place, { method: "PUT", body: "zip" })).status).toBe(204);
    expect(readFileSync(path, "utf8")).toBe("zip");
    expect((await fetch(place, { method: "PUT", body: "again" })).status).toBe(404);
    expect(readFileSync(path, "utf8")).toBe("zip");
  });

  test("what the disk refuses, or whoever takes the file, is the answer, and no half of it stays", async () => {
    const said: string[] = [];
    const put = async (path: string, written: () => void) => {
      const place = shared.receive(path, written, () => said.push(path));
      const response = await fetch(origin + place, { method: "PUT", body: "zip" });
      return [response.status, await response.text()];
    };
    const half = join(folder, "half.zip");
    const taken = () => {
      throw new Error("there is no room for it");
    };
    expect(await put(half, taken)).toEqual([507, "there is no room for it"]);
    expect(existsSync(half)).toBe(false);
    const below = join(folder, "private.txt", "a.zip");
    expect(await put(below, () => {})).toEqual([507, `${below} could not be written: a part of the path is a file.`]);
    expect(said).toEqual([half, below]);
  });

  test("what was never shared is not there", async () => {
    expect((await fetch(`${origin}${shared.prefix}/99/private.txt`)).status).toBe(404);
  });
});
