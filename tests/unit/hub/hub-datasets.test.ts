/**
 * Data sets of the Hub, from a server in Node that speaks its layout: which files hold rows, of
 * which part, and bringing one of them, checked.
 */

import { afterEach, describe, expect, it, vi } from "vitest";
import { openTable } from "../../../src/data/open-table";
import type { TransferProgress } from "../../../src/hub/download";
import {
  bringTable,
  findTable,
  type HubDataset,
  lookUpDataset,
  parseDatasetName,
  tableNamed,
} from "../../../src/hub/hub-datasets";
import { likelyTables } from "../../../src/hub/hub-tables";
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
    expect(likelyTables(found.subsets[0]!.tables)).toMatchObject({
      train: { name: "data/train.csv" },
      validation: { name: "data/validation.csv" },
      test: { name: "data/test-00000-of-00001.parquet" },
    });
  });

  it("finds the subsets that its card names, at the commit that was looked at", async () => {
    const names = ["en/train-00000-of-00001.parquet", "de/train-00000-of-00001.parquet"];
    const configs = ["en", "de"].map((name) => ({
      config_name: name,
      data_files: [{ split: "train", path: `${name}/train-*` }],
    }));
    const found = await find({ files: Object.fromEntries(names.map((name) => [name, rows(2)])), card: { configs } });
    expect(found.subsets.map(({ name, tables }) => [name, tables.map((table) => table.name)])).toEqual([
      ["en", [names[0]]],
      ["de", [names[1]]],
    ]);
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

/** What is brought of a table, in order. */
async function bring(dataset: HubDataset, table: string, store = new MemoryFiles()): Promise<File[]> {
  const brought = await bringTable(store, dataset, tableNamed(dataset, table)!, quiet);
  return Promise.all(
    brought.map(async ({ folder, file, shown }) => new File([(await store.read(folder, file))!], shown)),
  );
}

describe("bringing a table", () => {
  const name = "data/train.csv";
  const contents = () => server.requests.filter((path) => path.includes("resolve"));

  it("is checked, and opens as a table", async () => {
    const found = await find();
    const table = await openTable(await bring(found, name));
    expect([table.file, table.rows.length]).toEqual(["train.csv", 40_000]);
  });

  it("goes on where a transfer broke off, and asks a damaged one anew", async () => {
    const found = await find();
    server.breakOff(name, 70_000);
    const [file] = await bring(found, name);
    expect(await file!.text()).toBe(new TextDecoder().decode(files[name]));
    expect(server.requests.some((request) => /train\.csv bytes=[1-9]/.test(request))).toBe(true);
    server.damage(name, 1);
    const [again] = await bring(found, name);
    expect(await again!.text()).toBe(new TextDecoder().decode(files[name]));
    server.damage(name, 2);
    await expect(bring(found, name)).rejects.toThrow("arrived twice with the wrong content");
  });

  it("of a gated data set needs a token", async () => {
    const found = await find({ gatedBy: "hf_right" });
    await expect(bring(found, name)).rejects.toThrow("does not show films/reviews without a token");
    await server.close();
    const refused = await find({ gatedBy: "hf_right" }, "films/reviews", "hf_other");
    await expect(bring(refused, name)).rejects.toThrow(/the data set is gated.*datasets\/films\/reviews/);
    await server.close();
    const allowed = await find({ gatedBy: "hf_right" }, "films/reviews", "hf_right");
    expect((await bring(allowed, name))[0]!.name).toBe("train.csv");
  });

  const shards = Object.fromEntries(
    ["one", "two", "three"].map((label, index) => [
      `data/train-0000${index}-of-00003.csv`,
      text(`text,label\n${index === 1 ? "" : "a"},${label}\nb,${label}\n`),
    ]),
  );
  const joined = "data/train-*-of-00003.csv";

  it("in shards: in order, one after the other, with the bytes of all as its progress", async () => {
    const found = await find({ files: shards });
    const seen: [number, number][] = [];
    const table = findTable(found, "train", null);
    await bringTable(new MemoryFiles(), found, table, ({ done, total }) => seen.push([done, total]));
    expect(seen.at(-1)).toEqual([table.bytes, table.bytes]);
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b));
    const opened = await openTable(await bring(found, joined));
    expect(opened.file).toBe("train-00000-of-00003.csv and 2 more");
    expect(opened.rows.map((cells) => cells.join())).toEqual(["a,one", "b,one", ",two", "b,two", "a,three", "b,three"]);
  });

  it("in shards of which one is missing is refused by its name, and nothing is asked for", async () => {
    const { "data/train-00001-of-00003.csv": _, ...others } = shards;
    const found = await find({ files: others });
    await expect(bring(found, joined)).rejects.toThrow(
      `films/reviews: ${joined}: of 3 files 1 is missing (data/train-00001-of-00003.csv).`,
    );
    expect(contents()).toEqual([]);
    // What is named by itself is meant so.
    expect((await bring(found, "data/train-00002-of-00003.csv"))[0]!.name).toBe("train-00002-of-00003.csv");
  });

  it("in shards that are too large together is refused with both numbers, and nothing is asked for", async () => {
    const found = await find({ files: shards });
    const table = findTable(found, "train", null);
    const large = { ...table, files: table.files.map((file) => ({ ...file, bytes: 2 ** 27 })) };
    await expect(bringTable(new MemoryFiles(), found, large, quiet)).rejects.toThrow(
      /data\/train-00000-of-00003\.csv and 2 more: The 3 files have 402,653,184 bytes in all; at most 268,435,456/,
    );
    expect(contents()).toEqual([]);
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
    expect(found.subsets.map((subset) => subset.name)).toEqual([""]);
    expect(found.subsets[0]!.likely).toEqual({
      train: name,
      validation: "data/validation.csv",
      test: "data/test-00000-of-00001.parquet",
    });
    const [file, ...others] = await data.download(found.source, name);
    expect([file!.name, file!.size, others]).toEqual(["train.csv", files[name].length, []]);
    expect(events).toContainEqual(expect.objectContaining({ wait: "downloading data", total: files[name].length }));
    server.slowDown(200);
    const slow = data.download(found.source, name);
    data.cancel();
    await expect(slow).rejects.toThrow("The download was stopped.");
  });
});
