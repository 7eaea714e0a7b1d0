/** Data files of a configuration on the Hub, brought once and refused with what there is. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  ConfigurationError,
  type HubFile,
  type NamedFiles,
  type NamedTable,
  namedFiles,
} from "../../../bin/headless/files";
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
    "datasets/films/shards": {
      files: {
        "train/0000.csv": text("text,label\na,x\n"),
        "train/0001.csv": text("text,label\nb,y\n"),
        "test-00000-of-00002.csv": text("text,label\nc,y\n"),
      },
    },
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

const pathOf = (table: NamedTable | null) => (table as readonly HubFile[])[0]!.path;

async function bring(data: Parameters<typeof named>[0]): Promise<NamedFiles> {
  const found = named(data);
  await bringHubData(found, { address: hub.address, token: null, cache }, () => {});
  return found;
}

test("a file is named, or a subset, and is brought once", async () => {
  const found = await bring({ train: "hf:films/reviews:en/train.csv", validation: "hf:films/reviews:en/dev.csv" });
  expect(readFileSync(pathOf(found.train), "utf8")).toBe("text,label\na,x\nb,y\n");
  expect(readFileSync(pathOf(found.validation), "utf8")).toBe("text,label\nc,x\n");
  const german = await bring({ train: "hf:films/reviews:de" });
  expect(readFileSync(pathOf(german.train), "utf8")).toBe("text,label\nd,x\n");
  const contents = () => hub.requests.filter((path) => path.includes("bytes="));
  const before = contents().length;
  expect((await bring({ train: "hf:films/reviews:de" })).train).toEqual(german.train);
  expect(contents()).toHaveLength(before);
});

test("all shards of a part are brought, in order, and keep the folder where their names say nothing", async () => {
  const { train } = await bring({ train: "hf:films/shards" });
  expect((train as readonly HubFile[]).map(({ shown, path }) => [shown, readFileSync(path, "utf8")])).toEqual([
    ["train/0000.csv", "text,label\na,x\n"],
    ["train/0001.csv", "text,label\nb,y\n"],
  ]);
  const [first] = (await bring({ train: "hf:films/shards:train/0001.csv" })).train as readonly HubFile[];
  expect(first!.shown).toBe("train/0001.csv");
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
  [
    { train: "hf:films/reviews" },
    /data\.train: films\/reviews has 2 subsets\. Write hf:films\/reviews:NAME with.* de, en/,
  ],
  [
    { train: "hf:films/shards:train/0000.csv", test: "hf:films/shards" },
    /data\.test: films\/shards: test-\*-of-00002\.csv: of 2 files 1 is missing \(test-00001-of-00002\.csv\)/,
  ],
  [{ train: "hf:films/none" }, /data\.train: films\/none has no file that can be read as rows/],
  [{ train: "hf:a/b/c" }, /data\.train: "a\/b\/c" is not a data set's name/],
  [{ train: "hf:films/other" }, /data\.train: .*does not show films\/other without a token/],
])("%o is refused before anything is trained", async (data, message) => {
  const refused = await bring(data).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConfigurationError);
  expect((refused as Error).message).toMatch(message);
});
