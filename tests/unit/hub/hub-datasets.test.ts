/**
 * Data sets of the Hub, from a server in Node that speaks its layout: which files hold rows, of
 * which part, and bringing one of them, checked.
 */

import { afterEach, describe, expect, it, vi } from "vitest";
import { openTable } from "../../../src/data/open-table";
import type { TransferProgress } from "../../../src/hub/download";
import { bringDataFile, likelyFiles, lookUpDataset, parseDatasetName } from "../../../src/hub/hub-datasets";
import { MemoryFiles } from "../../../src/hub/memory-files";
import { HubData } from "../../../src/worker/hub-data";
import { COMMIT, type HubServer, type ServedModel, serveHub } from "../../hub-server";

const text = (value: string) => new TextEncoder().encode(value);
const rows = (count: number) => text(`text,label\n${"a,x\nb,y\n".repeat(count)}`);
const files = {
  "README.md": text("# A card"),
  "dataset_infos.json": text("{}"),
  "data/train.csv": rows(20_000),
  "data/validation.csv": rows(3),
  "data/test-00000-of-00001.parquet": rows(4),
};

// The client library is loaded with the first question; a busy machine takes seconds over that.
vi.setConfig({ testTimeout: 30_000 });

let server: HubServer;
afterEach(() => server.close());

async function find(dataset: Partial<ServedModel> = {}, typed = "films/reviews", token: string | null = null) {
  server = await serveHub({ "datasets/films/reviews": { files, licence: "mit", ...dataset } });
  return lookUpDataset({ ...parseDatasetName(typed, server.address), token, address: server.address });
}

const quiet: TransferProgress = () => {};

describe("a data set's name", () => {
  it.each([
    ["films/reviews", { name: "films/reviews", revision: null }],
    ["hf:films/reviews@v2", { name: "films/reviews", revision: "v2" }],
    ["datasets/films/reviews", { name: "films/reviews", revision: null }],
    ["https://huggingface.co/datasets/films/reviews", { name: "films/reviews", revision: null }],
    ["https://huggingface.co/datasets/films/reviews/tree/main/data", { name: "films/reviews", revision: "main" }],
    ["https://huggingface.co/datasets/films/reviews/viewer/default/train", { name: "films/reviews", revision: null }],
    ["films/reviews@refs/convert/parquet", { name: "films/reviews", revision: "refs/convert/parquet" }],
  ])("%s", async (typed, expected) => {
    server = await serveHub({});
    expect(parseDatasetName(typed)).toEqual(expected);
  });

  it("that is none is refused", async () => {
    server = await serveHub({});
    expect(() => parseDatasetName("a/b/c")).toThrow('"a/b/c" is not a data set\'s name');
  });
});

describe("looking a data set up", () => {
  it("tells files of rows with their sizes and parts, and reads none", async () => {
    const found = await find();
    expect([found.commit, found.licence]).toEqual([COMMIT, "mit"]);
    expect(found.files.map(({ name, bytes, part }) => [name, bytes, part])).toEqual([
      ["data/test-00000-of-00001.parquet", files["data/test-00000-of-00001.parquet"].length, "test"],
      ["data/train.csv", files["data/train.csv"].length, "train"],
      ["data/validation.csv", files["data/validation.csv"].length, "validation"],
    ]);
    expect(server.requests.filter((path) => path.includes("resolve"))).toEqual([]);
    expect(likelyFiles(found.files)).toMatchObject({
      train: { name: "data/train.csv" },
      validation: { name: "data/validation.csv" },
      test: { name: "data/test-00000-of-00001.parquet" },
    });
  });

  it.each<[string, string[], (string | undefined)[]]>([
    [
      "folders of parts",
      ["test/a.jsonl", "train/a.jsonl", "dev/a.jsonl"],
      ["train/a.jsonl", "dev/a.jsonl", "test/a.jsonl"],
    ],
    [
      "configurations",
      ["de/test.csv", "de/train.csv", "en/test.csv", "en/train.csv"],
      ["de/train.csv", undefined, "de/test.csv"],
    ],
    [
      "names with numbers",
      ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001.parquet"],
      ["data/train-00000-of-00002.parquet", undefined, "data/test-00000-of-00001.parquet"],
    ],
    ["one file", ["alpaca_data.json"], ["alpaca_data.json", undefined, undefined]],
    ["words that hold a part's are none", ["contest.csv", "latest.csv"], ["contest.csv", undefined, undefined]],
  ])("likely files: %s", async (_, names, expected) => {
    const found = await find({ files: Object.fromEntries(names.map((name) => [name, rows(2)])) });
    const { train, validation, test } = likelyFiles(found.files);
    expect([train, validation, test].map((file) => file?.name)).toEqual(expected);
  });

  it("says what is missing", async () => {
    await expect(find({ files: { "README.md": text("#"), "films.py": text("x") } })).rejects.toThrow(
      "films/reviews has no file that can be read as rows",
    );
    await server.close();
    await expect(find({}, "films/none")).rejects.toThrow("does not show films/none without a token");
    await server.close();
    await expect(find({}, "films/none", "hf_x")).rejects.toThrow("has no data set films/none");
  });
});

describe("bringing a file", () => {
  const name = "data/train.csv";

  it("is checked, and opens as a table", async () => {
    const found = await find();
    const store = new MemoryFiles();
    const { folder, file } = await bringDataFile(store, found, name, quiet);
    const table = await openTable(new File([(await store.read(folder, file))!], file));
    expect([table.file, table.rows.length]).toEqual(["train.csv", 40_000]);
  });

  it("goes on where a transfer broke off, and asks a damaged one anew", async () => {
    const found = await find();
    server.breakOff(name, 70_000);
    const store = new MemoryFiles();
    const { folder, file } = await bringDataFile(store, found, name, quiet);
    expect(await (await store.read(folder, file))!.text()).toBe(new TextDecoder().decode(files[name]));
    expect(server.requests.some((request) => /train\.csv bytes=[1-9]/.test(request))).toBe(true);
    const again = new MemoryFiles();
    server.damage(name, 1);
    await bringDataFile(again, found, name, quiet);
    expect(await (await again.read(folder, file))!.text()).toBe(new TextDecoder().decode(files[name]));
    server.damage(name, 2);
    await expect(bringDataFile(new MemoryFiles(), found, name, quiet)).rejects.toThrow(
      "arrived twice with the wrong content",
    );
  });

  it("of a gated data set needs a token", async () => {
    const found = await find({ gatedBy: "hf_right" });
    await expect(bringDataFile(new MemoryFiles(), found, name, quiet)).rejects.toThrow(
      "does not show films/reviews without a token",
    );
    await server.close();
    const refused = await find({ gatedBy: "hf_right" }, "films/reviews", "hf_other");
    await expect(bringDataFile(new MemoryFiles(), refused, name, quiet)).rejects.toThrow(
      /the data set is gated.*datasets\/films\/reviews/,
    );
    await server.close();
    const allowed = await find({ gatedBy: "hf_right" }, "films/reviews", "hf_right");
    await expect(bringDataFile(new MemoryFiles(), allowed, name, quiet)).resolves.toMatchObject({ file: "train.csv" });
  });

  it("in the worker: what was looked up can be downloaded, what was not cannot, and a stop ends it", async () => {
    server = await serveHub({ "datasets/films/reviews": { files } });
    const events: unknown[] = [];
    const data = new HubData((event) => events.push(event));
    await expect(data.download("hf:films/reviews", name)).rejects.toThrow(
      "was not looked up since the page was opened",
    );
    expect(server.requests).toEqual([]);
    const found = await data.lookUp({ name: "films/reviews", token: null, address: server.address });
    expect(found.likely).toEqual({
      train: name,
      validation: "data/validation.csv",
      test: "data/test-00000-of-00001.parquet",
    });
    const file = await data.download(found.source, name);
    expect([file.name, file.size]).toEqual(["train.csv", files[name].length]);
    expect(events).toContainEqual(expect.objectContaining({ wait: "downloading data", total: files[name].length }));
    server.slowDown(200);
    const slow = data.download(found.source, name);
    data.cancel();
    await expect(slow).rejects.toThrow("The download was stopped.");
  });
});
