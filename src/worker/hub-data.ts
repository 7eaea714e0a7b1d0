/**
 * Data sets of the Hub in the page: looked up and downloaded when a person presses, kept in memory.
 * Not for opening their files.
 */

import { hubSource } from "../hub/hub-client";
import { bringTable, type HubDataset, lookUpDataset, parseDatasetName, tableNamed } from "../hub/hub-datasets";
import { type HubSubset, type HubTable, likelyTables, tableProblem } from "../hub/hub-tables";
import { MemoryFiles } from "../hub/memory-files";
import { withProgress } from "../plan/waiting";
import type { DatasetListing, HubPlace, ProgressEvent, SubsetListing, TableListing } from "./api";

export class HubData {
  readonly #emit: (event: ProgressEvent) => void;
  /** By source, with the token for as long as the page lives. */
  readonly #found = new Map<string, HubDataset>();
  #download: AbortController | null = null;

  constructor(emit: (event: ProgressEvent) => void) {
    this.#emit = emit;
  }

  /** Rejects as `parseDatasetName` and `lookUpDataset`. */
  async lookUp({ name, token, address }: HubPlace): Promise<DatasetListing> {
    const dataset = await lookUpDataset({ ...parseDatasetName(name, address), token, address });
    const source = hubSource(dataset.request);
    this.#found.set(source, dataset);
    return {
      source,
      name: dataset.request.name,
      commit: dataset.commit,
      licence: dataset.licence,
      gated: dataset.gated,
      subsets: dataset.subsets.map(listSubset),
    };
  }

  /** The files of a table of a data set that was looked up. Rejects as `bringTable`. */
  async download(source: string, name: string): Promise<File[]> {
    const dataset = this.#found.get(source);
    if (!dataset) throw new Error(`${source} was not looked up since the page was opened. Look it up first.`);
    const table = tableNamed(dataset, name);
    if (!table) throw new Error(`${source} has no file ${name}.`);
    this.#download?.abort();
    this.#download = new AbortController();
    const { signal } = this.#download;
    const store = new MemoryFiles();
    const brought = await withProgress(this.#emit, (report) =>
      bringTable(
        store,
        dataset,
        table,
        ({ file, done, total }) => report({ wait: "downloading data", detail: file, done, total, unit: "bytes" }),
        signal,
      ),
    );
    return Promise.all(
      brought.map(async ({ folder, file, shown }) => new File([(await store.read(folder, file))!], shown)),
    );
  }

  cancel(): void {
    this.#download?.abort(new Error("The download was stopped."));
  }
}

function listSubset({ name, isDefault, tables }: HubSubset): SubsetListing {
  const likely = likelyTables(tables);
  const files = tables.flatMap((table) =>
    table.files.flatMap((file) =>
      file.name === table.name ? [] : { name: file.name, part: file.part, files: [file], bytes: file.bytes },
    ),
  );
  return {
    ...{ name, isDefault, tables: [...tables, ...files].map(listTable) },
    likely: {
      train: likely.train!.name,
      validation: likely.validation?.name ?? null,
      test: likely.test?.name ?? null,
    },
  };
}

function listTable(table: HubTable): TableListing {
  const { name, part, files, bytes } = table;
  return { name, part, files: files.length, bytes, problem: tableProblem(table) };
}
