/** The Hub's token goes to the Hub and nowhere else: no message, record, address or file has it. */

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type HubRequest, hubRecord, lookUp, openContent, remoteFolder } from "../../../src/hub/hub-client";
import { bringModel } from "../../../src/hub/stored-models";
import { serveHub } from "../../hub-server";
import { MemoryStore } from "./memory-store";

// The client library is loaded with the first question; a busy machine takes seconds over that.
vi.setConfig({ testTimeout: 60_000 });

const TOKEN = "hf_ThisTokenMustNotBeSeenAnywhere";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function serve(answer: RequestListener): Promise<string> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const request = (address: string, token: string = TOKEN): HubRequest => ({
  ...{ name: "tiny/llama", revision: null, token, address },
});

async function messageOf(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    () => null,
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return `${error!.message} ${String(error)} ${JSON.stringify(error)}`;
}

describe("no message has the token", () => {
  test.each([400, 401, 403, 404, 410, 418, 429, 500, 503])(
    "a server that answers %i and repeats it",
    async (status) => {
      const address = await serve(({ headers }, response) => {
        response.writeHead(status, {
          "Content-Type": "application/json",
          "X-Error-Message": `${headers.authorization}`,
        });
        response.end(JSON.stringify({ error: `Invalid credentials: ${headers.authorization}`, message: TOKEN }));
      });
      const said = await messageOf(lookUp(request(address)));
      expect(said).not.toContain(TOKEN);
    },
  );

  test.each([
    ["nobody listens", () => "http://127.0.0.1:9"],
    ["no JSON comes", () => serve((_, response) => response.end(`<html>${TOKEN}</html>`))],
    ["the line is cut", () => serve((_, response) => response.destroy())],
  ])("%s", async (_, address) => {
    expect(await messageOf(lookUp(request(await address())))).not.toContain(TOKEN);
  });

  test.each([`${TOKEN}\nhf_second`, `${TOKEN}\r`, `${TOKEN} two`, `${TOKEN}ä`, `${TOKEN}\u2028`])(
    "one that no request can carry: %j",
    async (token) => {
      const said = await messageOf(lookUp(request("http://127.0.0.1:9", token)));
      expect(said).toContain("The token has a line break, a space or a letter in it that no token has.");
      expect(said).not.toContain(TOKEN);
    },
  );

  test("an address with a password is refused without it", async () => {
    const said = await messageOf(lookUp(request(`http://somebody:${TOKEN}@127.0.0.1:9`)));
    expect(said).toContain("has a name or a password in it");
    expect(said).not.toContain(TOKEN);
  });

  test("a gated file that is refused", async () => {
    const hub = await serveHub({ "tiny/llama": { files: { "config.json": new Uint8Array(9) }, gatedBy: "hf_other" } });
    closing.push(() => hub.close());
    const model = await lookUp(request(hub.address));
    expect(
      await messageOf(
        remoteFolder(model)
          .open("config.json")
          .then((file) => file!.read(0, 9)),
      ),
    ).not.toContain(TOKEN);
  });
});

test("neither record, store, folder nor the addresses that were asked for have it", async () => {
  const files = { "config.json": new TextEncoder().encode("{}"), "model.safetensors": new Uint8Array(3000) };
  const hub = await serveHub({ "tiny/llama": { files, gatedBy: TOKEN } });
  closing.push(() => hub.close());
  const model = await lookUp(request(hub.address));
  const record = hubRecord(model);
  expect(JSON.stringify(record)).not.toContain(TOKEN);
  expect(JSON.stringify(remoteFolder(model))).not.toContain(TOKEN);
  const store = new MemoryStore();
  const folder = await bringModel(
    store,
    record,
    (file, from) => openContent(model, file, from),
    () => {},
  );
  expect(folder.files).toContain("config.json");
  for (const name of await store.folders()) {
    expect(name).not.toContain(TOKEN);
    for (const [file] of await store.files(name)) {
      expect(await (await store.read(name, file))!.text(), file).not.toContain(TOKEN);
    }
  }
  expect(hub.requests.length).toBeGreaterThan(3);
  expect(hub.requests.join(" ")).not.toContain(TOKEN);
});
