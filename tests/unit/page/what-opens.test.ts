/** What the page opens by itself as it starts: what was open, or it says why not and what to do. */

import "fake-indexeddb/auto";
import { beforeEach, expect, test, vi } from "vitest";
import { readEntry, writeEntry } from "../../../src/page/actions/entry";
import { listSamplesAgain, restart, start } from "../../../src/page/actions/start";
import { toFragment } from "../../../src/page/store/link";
import type { OwnFile } from "../../../src/page/store/state";
import { useStudio } from "../../../src/page/store/store";
import type { TrainingConfiguration } from "../../../src/plan/configuration";

/** A worker that answers as it is told. */
const worker = vi.hoisted(() => ({
  /** How often it cannot list the samples. */
  failures: 0,
  /** What it makes of the address. */
  link: null as object | null,
  /** Whether it ends before it has opened a sample. */
  ends: false,
}));
vi.mock("../../../src/page/worker", () => ({
  watchWorker: () => {},
  restartWorker: () => {},
  studio: () => ({
    subscribe: async () => {},
    openDevice: async () => ({ status: "ready", executor: "processor" }),
    listModels: async () => [],
    listStored: async () => [],
    listMethods: async () => [{ id: "none of those on arrival", optionsSchema: {}, defaults: {} }],
    readDefaults: async () => ({ training: { seed: 7 }, generation: {} }),
    readLink: async () => worker.link,
    listKept: async () => ({ interrupted: [], open: [] }),
    listSamples: async () => {
      if (worker.failures-- > 0) throw new Error("The sample file index.json could not be fetched: 503.");
      return [{ id: "first", title: "First", file: "first.csv" }];
    },
    openSample: async (file: string) => {
      if (worker.ends) throw new Error("The engine was started again.");
      return summary(file);
    },
  }),
}));

const summary = (file: string) => ({ train: { file, rows: 3, bytes: 9 }, settings: { columns: {} }, problem: null });
const data = () => useStudio.getState().data;
const fresh = useStudio.getState();

/** A tab: its address, the entry of its history, its session. */
const tab = {
  isSecureContext: true,
  location: { hash: "" },
  history: {
    state: null as unknown,
    replaceState: (state: unknown, _: string, hash: string) => {
      tab.history.state = state;
      tab.location.hash = hash;
    },
  },
  sessionStorage: {
    kept: new Map<string, string>(),
    getItem: (key: string) => tab.sessionStorage.kept.get(key) ?? null,
    setItem: (key: string, value: string) => void tab.sessionStorage.kept.set(key, value),
  },
};
vi.stubGlobal("window", tab);
vi.stubGlobal("sessionStorage", tab.sessionStorage);

beforeEach(() => {
  useStudio.setState(fresh, true);
  Object.assign(worker, { failures: 0, link: null, ends: false });
  Object.assign(tab, { location: { hash: "" } });
  tab.history.state = null;
  tab.sessionStorage.kept.clear();
});

/** As a studio of this kind writes it, with nothing in it that the test's worker asks for. */
const address = (name: string) =>
  toFragment([], { metric: name } as unknown as TrainingConfiguration, [], { data: OWN });
const OWN = { task: "sequence-classification", columns: { text: "text" }, sample: null } as const;
const file = (name: string): OwnFile => ({ role: "train", file: name, rows: 3, bytes: 9, fingerprint: null });

test("samples that could not be listed are said, and one press lists them and opens the first", async () => {
  worker.failures = 1;
  await start();
  expect(data()).toMatchObject({ samples: [], summary: null });
  expect(data().error?.message).toContain("index.json could not be fetched: 503");
  expect(useStudio.getState().ui.open.data).toBe(true);
  await listSamplesAgain();
  expect(data()).toMatchObject({ error: null, sample: { id: "first" } });
});

test("what a worker had not opened when it ended, the next one opens", async () => {
  worker.ends = true;
  await start();
  expect(data().summary).toBeNull();
  worker.ends = false;
  await restart();
  expect(data()).toMatchObject({ error: null, sample: { id: "first" } });
});

test("a page that comes back at the address before, without its entry, still asks for the files by name", async () => {
  worker.link = { data: OWN, training: {}, runs: [], leftOut: [] };
  writeEntry(address("a"), { files: [file("films.csv")], folder: "my-model" });
  writeEntry(address("b"), { files: [file("tickets.csv")], folder: null });
  // What browsers do where the address changes while the page is loaded anew.
  tab.location.hash = address("a");
  tab.history.state = null;
  await start();
  expect(data().awaited?.files).toEqual([file("films.csv")]);
  expect(useStudio.getState().model.awaited).toBeNull();
  expect(data().summary).toBeNull();
  expect(useStudio.getState().ui.open.data).toBe(true);
});

test.each(["[", "{}", '[{"fragment":"#c=1"}]'])("what a session holds and nobody can read is nothing: %s", (kept) => {
  tab.sessionStorage.kept.set("entries", kept);
  expect(readEntry()).toEqual({ files: [], folder: null });
});

test("of many addresses the session keeps the last, and none where there is no room", () => {
  for (let name = 0; name < 12; name++) writeEntry(`#c=${name}`, { files: [file(`${name}.csv`)], folder: null });
  tab.history.state = null;
  const nameAt = (hash: string) => {
    tab.location.hash = hash;
    return readEntry().files[0]?.file;
  };
  expect(["#c=11", "#c=4", "#c=3"].map(nameAt)).toEqual(["11.csv", "4.csv", undefined]);
  const { setItem } = tab.sessionStorage;
  tab.sessionStorage.setItem = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  writeEntry("#c=20", { files: [file("20.csv")], folder: null });
  tab.sessionStorage.setItem = setItem;
  expect(readEntry().files[0]?.file).toBe("20.csv");
});
