/**
 * Data sets of the Hub in the page: looked up and downloaded when a person presses, kept in memory.
 * Not for opening their files.
 */

import { hubSource } from "../hub/hub-client";
import { bringDataFile, type HubDataset, likelyFiles, lookUpDataset, parseDatasetName } from "../hub/hub-datasets";
import { MemoryFiles } from "../hub/memory-files";
import { withProgress } from "../plan/waiting";
import type { DatasetListing, HubPlace, ProgressEvent } from "./api";

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
    const likely = likelyFiles(dataset.files);
    return {
      source,
      name: dataset.request.name,
      commit: dataset.commit,
      licence: dataset.licence,
      gated: dataset.gated,
      files: dataset.files.map(({ name: file, bytes, part }) => ({ name: file, bytes, part })),
      likely: {
        train: likely.train!.name,
        validation: likely.validation?.name ?? null,
        test: likely.test?.name ?? null,
      },
    };
  }

  /** A file of a data set that was looked up, checked. Rejects as `bringDataFile`. */
  async download(source: string, name: string): Promise<File> {
    const dataset = this.#found.get(source);
    if (!dataset) throw new Error(`${source} was not looked up since the page was opened. Look it up first.`);
    this.#download?.abort();
    this.#download = new AbortController();
    const { signal } = this.#download;
    const store = new MemoryFiles();
    const { folder, file } = await withProgress(this.#emit, (report) =>
      bringDataFile(
        store,
        dataset,
        name,
        ({ done, total }) => report({ wait: "downloading data", detail: name, done, total, unit: "bytes" }),
        signal,
      ),
    );
    return new File([(await store.read(folder, file))!], file);
  }

  cancel(): void {
    this.#download?.abort(new Error("The download was stopped."));
  }
}
