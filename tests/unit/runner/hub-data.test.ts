/** Data files of a configuration on the Hub, brought once and refused with what there is. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConfigurationError, type NamedFiles, namedFiles } from "../../../bin/headless/files";
import { bringHubData } from "../../../bin/headless/hub-data";
import { configurationSchema } from "../../../src/plan/configuration";
import { type HubServer, serveHub } from "../../hub-server";

const text = (value: string) => new TextEncoder().encode(value);
const files = {
  "en/train.csv": text("text,label\na,x\nb,y\n"),
  "en/dev.csv": text("text,label\nc,x\n"),
  "de/train.csv": text("text,label\nd,x\n"),
};

// The client library is loaded with the first question; a busy machine takes seconds over that.
vi.setConfig({ testTimeout: 30_000 });

let cache: string;
let hub: HubServer;

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), "studio-hub-data-"));
  hub = await serveHub({
    "datasets/films/reviews": { files },
    "datasets/films/none": { files: { "a.py": text("x") } },
  });
});

afterEach(async () => {
  await hub.close();
  rmSync(cache, { recursive: true });
});

function named(data: { train: string; validation?: string; test?: string }): NamedFiles {
  const configuration = configurationSchema.parse({
    model: "bundled:tiny-base",
    data: { ...data, columns: { text: "text", label: "label" } },
    runs: [{ name: "Head", method: "head-only" }],
  });
  return namedFiles(configuration, cache);
}

async function bring(data: Parameters<typeof named>[0]): Promise<NamedFiles> {
  const found = named(data);
  await bringHubData(found, { address: hub.address, token: null, cache }, () => {});
  return found;
}

test("a file is named, or is the likeliest of its part, and is brought once", async () => {
  const found = await bring({ train: "hf:films/reviews:en/train.csv", validation: "hf:films/reviews:en/dev.csv" });
  expect(readFileSync(found.train, "utf8")).toBe("text,label\na,x\nb,y\n");
  expect(readFileSync(found.validation!, "utf8")).toBe("text,label\nc,x\n");
  const likely = await bring({ train: "hf:films/reviews" });
  expect(readFileSync(likely.train, "utf8")).toBe("text,label\nd,x\n");
  const contents = () => hub.requests.filter((path) => path.includes("bytes="));
  const before = contents().length;
  expect((await bring({ train: "hf:films/reviews" })).train).toBe(likely.train);
  expect(contents()).toHaveLength(before);
});

test("nothing is asked for where no file is of the Hub", async () => {
  await expect(bring({ train: "none.csv" })).rejects.toThrow("there is no file");
  expect(hub.requests).toEqual([]);
});

test.each([
  [
    { train: "hf:films/reviews:fr/train.csv" },
    /data\.train: films\/reviews has no file fr\/train\.csv.*de\/train\.csv, en\/dev\.csv/,
  ],
  [
    { train: "hf:films/reviews:en/train.csv", test: "hf:films/reviews" },
    /data\.test: films\/reviews has no file for this part/,
  ],
  [{ train: "hf:films/none" }, /data\.train: films\/none has no file that can be read as rows/],
  [{ train: "hf:a/b/c" }, /data\.train: "a\/b\/c" is not a data set's name/],
  [{ train: "hf:films/other" }, /data\.train: .*does not show films\/other without a token/],
])("%o is refused before anything is trained", async (data, message) => {
  const refused = await bring(data).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConfigurationError);
  expect((refused as Error).message).toMatch(message);
});
