/**
 * What a server answers in the Hub's place: lists and facts of a model, and configurations of a
 * data set, that are none.
 */

import { hubRecord, lookUp, parseHubName } from "../../../src/hub/hub-client";
import { findSubsets, partOf, tableProblem } from "../../../src/hub/hub-tables";
import type { FuzzKind } from "../kind";
import { changeJson, changeText, type Json } from "../mutate";

const ADDRESS = "http://hub.test";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const INFO: Json = {
  _id: "621ffdc036468d709f174328",
  id: "tiny/llama",
  modelId: "tiny/llama",
  sha: COMMIT,
  private: false,
  gated: false,
  downloads: 3,
  likes: 1,
  lastModified: "2024-01-01T00:00:00.000Z",
  pipeline_tag: "text-generation",
  cardData: {
    license: "mit",
    configs: [
      {
        config_name: "en",
        data_files: [
          { split: "train", path: "data/train-*" },
          { split: "test", path: ["data/{test,dev}-[0-9]*"] },
        ],
      },
      { config_name: "all", default: true, data_dir: "data" },
    ],
  },
};
const TREE: Json = [
  { type: "file", path: "config.json", size: 12, oid: "a".repeat(40) },
  { type: "file", path: "tokenizer.json", size: 13, oid: "b".repeat(40) },
  {
    type: "file",
    path: "model.safetensors",
    size: 99,
    oid: "c".repeat(40),
    lfs: { oid: "d".repeat(64), size: 4000, pointerSize: 130 },
  },
  ...["train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"].map((name) => ({
    ...{ type: "file", path: `data/${name}.parquet`, size: 50, oid: "f".repeat(40) },
  })),
  { type: "directory", path: "onnx", size: 0, oid: "e".repeat(40) },
];

export const hubAnswers: FuzzKind = {
  name: "Hub answers",
  async prepare() {
    return (random) => {
      const ofTree = random.next() < 0.6;
      const json = changeJson(random, ofTree ? TREE : INFO);
      const changed = random.next() < 0.1 ? changeText(random, json.value) : json;
      const answer = (path: string) =>
        path.includes("/tree/") === ofTree ? changed.value : JSON.stringify(path.includes("/tree/") ? TREE : INFO);
      return {
        what: `${ofTree ? "tree" : "info"}: ${json.what}`,
        text: changed.value,
        read: async () => {
          const model = await answering(answer, () =>
            lookUp({ ...parseHubName("tiny/llama"), token: null, address: ADDRESS }),
          );
          const { commit, licence, files, card } = model;
          if (typeof commit !== "string" || !/^[0-9a-f]{40}$/.test(commit))
            return `the commit ${JSON.stringify(commit)}`;
          if (licence !== null && typeof licence !== "string") return `the licence ${JSON.stringify(licence)}`;
          hubRecord(model);
          const odd = files.find(
            ({ name, bytes, sha256, gitId }) =>
              typeof name !== "string" ||
              !Number.isSafeInteger(bytes) ||
              bytes < 0 ||
              (sha256 !== null && !/^[0-9a-f]{64}$/.test(sha256)) ||
              (gitId !== null && !/^[0-9a-f]{40}$/.test(gitId)),
          );
          if (odd) return `the file ${JSON.stringify(odd).slice(0, 100)}`;
          const listed = files.map((file) => ({ ...file, part: partOf(file.name) }));
          for (const { name, tables } of findSubsets(listed, card)) {
            if (typeof name !== "string") return `the subset ${JSON.stringify(name).slice(0, 100)}`;
            for (const table of tables) {
              const own = new Set(table.files);
              const isTable = own.size === table.files.length && table.files.every((file) => listed.includes(file));
              if (!isTable || own.size === 0) return `the table ${table.name.slice(0, 100)}`;
              tableProblem(table);
            }
          }
          return null;
        },
      };
    };
  },
};

/** `work` while every request is answered by this. */
async function answering<Result>(answer: (path: string) => string, work: () => Promise<Result>): Promise<Result> {
  const { fetch } = globalThis;
  globalThis.fetch = async (request) => {
    const path = new URL(request instanceof Request ? request.url : String(request)).pathname;
    return new Response(answer(path), { headers: { "Content-Type": "application/json" } });
  };
  try {
    return await work();
  } finally {
    globalThis.fetch = fetch;
  }
}
