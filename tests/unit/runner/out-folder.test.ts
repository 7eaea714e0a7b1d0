/**
 * What the results' folder lets be replaced, and what stays where something goes wrong: real files,
 * and real refusals of the disk.
 */

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diskError } from "../../../bin/headless/disk-error";
import { ConfigurationError } from "../../../bin/headless/files";
import { Log, OutFolder } from "../../../bin/headless/out-folder";

const OWN_RECORD = JSON.stringify({ version: 2, versions: { studio: "0.1.0" } });
const OWN_CHECKPOINT = JSON.stringify({ version: 1, configuration: {}, searches: [], adapter: "processor" });
const OWN_SUMMARY = { complete: true, versions: { studio: "0.1.0" }, runs: [], files: ["metrics.jsonl"] };
const onPosix = test.runIf(process.platform !== "win32");

let folder: string;
let out: OutFolder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-out-"));
  out = new OutFolder(folder);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Files by their paths; those that end with a slash are folders. */
function put(files: Record<string, string>): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) writeFileSync(path, content);
  }
}

/** Every file below the folder, with what is in it. */
function contents(): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    names.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

describe("what is there already", () => {
  const adapter = {
    "lora/run.json": OWN_RECORD,
    "lora/adapter_config.json": "{}",
    "lora/training_state.safetensors": "",
  };
  const summary = { "summary.json": JSON.stringify(OWN_SUMMARY), "metrics.jsonl": "" };

  test.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["an adapter of ours", adapter],
    [
      "with predictions and a merged model",
      { ...adapter, "lora/predictions.csv": "", "lora/merged/config.json": "{}" },
    ],
    ["an earlier comparison", summary],
    [
      "one that did not list its files",
      { "summary.json": JSON.stringify({ ...OWN_SUMMARY, files: undefined }), "scores.json": "" },
    ],
    [
      "a comparison that broke off",
      { "checkpoint/checkpoint.json": OWN_CHECKPOINT, "checkpoint/lora.safetensors": "" },
    ],
    ["one that was ended while it wrote", { "checkpoint/unfinished/folder/README.md": "" }],
    ["one that was ended at once", { "checkpoint/unfinished/process.json": '{"process":999999999}' }],
    ["while states came in", { "checkpoint/unfinished/state 12": "", "checkpoint/unfinished/folder.zip": "" }],
    ["files that nobody asks to replace", { "thesis/main.tex": "", "predictions.csv": "", "sum/notes.txt": "" }],
  ])("is replaced: %s", (_, files) => {
    put(files);
    const before = contents();
    expect(() => out.check(["lora"], ["metrics.jsonl", "summary.json", "report.md", "scores.json"])).not.toThrow();
    expect(contents()).toEqual(before);
  });

  test.each<[Record<string, string>, string]>([
    [{ "lora/main.tex": "" }, "lora is there already, and has no run.json of the studio in it"],
    [{ "lora/": "" }, "has no run.json of the studio in it"],
    [{ "lora/run.json": "{}" }, "has no run.json of the studio in it"],
    [{ "lora/run.json": "no JSON" }, "has no run.json of the studio in it"],
    [{ lora: "a file" }, "is no folder"],
    [{ ...adapter, "lora/notes.txt": "" }, `${join("lora", "notes.txt")} in it was not written by the studio`],
    [{ ...adapter, "lora/merged/notes.txt": "" }, `${join("merged", "notes.txt")} in it was not written by the studio`],
    [{ ...adapter, "lora/merged": "a file" }, "merged in it is no folder"],
    [{ "metrics.jsonl": "mine" }, "no comparison of the studio in this folder wrote it"],
    [{ "summary.json": "{}" }, "no comparison of the studio in this folder wrote it"],
    [{ "summary.json": '{"versions": {}, "runs": []}' }, "no comparison of the studio in this folder wrote it"],
    [{ ...summary, "predictions.csv": "mine" }, "no comparison of the studio in this folder wrote it"],
    [{ ...summary, "report.md/": "" }, "is no file"],
    [{ "sum/thesis.tex": "" }, "sum is there already, and has no run.json of the studio in it"],
    [{ "checkpoint/weights.bin": "" }, "has no checkpoint.json of the studio in it"],
    [
      { "checkpoint/checkpoint.json": '{"step": 3}', "checkpoint/model.safetensors": "mine" },
      "has no checkpoint.json of the studio in it",
    ],
    [{ "checkpoint/unfinished/thesis.tex": "mine" }, "thesis.tex in it was not written by the studio"],
    [
      { "checkpoint/checkpoint.json": OWN_CHECKPOINT, "checkpoint/mine.txt": "" },
      "mine.txt in it was not written by the studio",
    ],
  ])("is refused: %j", (files, why) => {
    put(files);
    const before = contents();
    const checking = () =>
      out.check(["lora"], ["metrics.jsonl", "summary.json", "report.md", "predictions.csv", "sum"]);
    expect(checking).toThrow(ConfigurationError);
    expect(checking).toThrow(why);
    expect(checking).toThrow("it is not replaced");
    expect(contents()).toEqual(before);
  });

  onPosix("is refused: links, wherever they lead", () => {
    put({ "elsewhere/run.json": OWN_RECORD, "results/": "" });
    const results = new OutFolder(join(folder, "results"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "results", "lora"));
    expect(() => results.check(["lora"], [])).toThrow("is no folder");
    symlinkSync(join(folder, "nowhere"), join(folder, "results", "metrics.jsonl"));
    expect(() => results.check([], ["metrics.jsonl"])).toThrow("is no file");
  });

  test("is refused where it is still read while results are written", () => {
    put({ ...adapter, ...summary, "lora/merged/config.json": "{}" });
    const merged = join(folder, "lora", "merged");
    expect(() => out.check(["lora"], [], new Map([["model", merged]]))).toThrow(
      `${join(folder, "lora")} would be replaced, and model is read from there (${merged})`,
    );
    expect(() => out.check(["sk"], [], new Map([["model", merged]]))).not.toThrow();
    const metrics = join(folder, "metrics.jsonl");
    expect(() => out.check([], ["metrics.jsonl"], new Map([["train", metrics]]))).toThrow("train is read from there");
  });
});

describe("where no results can be", () => {
  test("is said of a file, and of a path below one", () => {
    put({ file: "mine" });
    expect(() => new OutFolder(join(folder, "file")).check([], [])).toThrow("it is a file, not a folder");
    expect(() => new OutFolder(join(folder, "file", "a", "b")).check([], [])).toThrow(
      `${join(folder, "file")} is a file`,
    );
    expect(() => new OutFolder(join(folder, "new", "newer")).check([], [])).not.toThrow();
    expect(existsSync(join(folder, "new"))).toBe(false);
  });

  // Root may write everywhere.
  test.runIf(process.getuid && process.getuid() !== 0)("is said of a folder that may not be written", () => {
    chmodSync(folder, 0o500);
    try {
      expect(() => out.check([], [])).toThrow("this user may not write there");
      expect(() => new OutFolder(join(folder, "new")).check([], [])).toThrow("this user may not write there");
    } finally {
      chmodSync(folder, 0o700);
    }
  });

  test.runIf(existsSync("/proc/self"))("is said of what the system lets nobody write", () => {
    const nobody = new OutFolder("/proc/self/results");
    expect(() => {
      nobody.check([], []);
      nobody.begin();
    }).toThrow(/\/proc\/self/);
  });
});

describe("two runners in one folder", () => {
  test("the later one is refused, before it begins and when it does, until the first has ended", () => {
    // A process that lives as long as this test.
    put({ "checkpoint/unfinished/process.json": JSON.stringify({ process: process.ppid }), "metrics.jsonl": "theirs" });
    const before = contents();
    const message = `a comparison is writing into ${folder} (process ${process.ppid})`;
    expect(() => out.check([], [])).toThrow(message);
    expect(() => out.begin()).toThrow(message);
    expect(contents()).toEqual(before);
    out.clean();
    out.begin();
    expect(contents()).toMatchObject({
      [join("checkpoint", "unfinished", "process.json")]: expect.stringContaining(String(process.pid)),
    });
    expect(() => new OutFolder(folder).check([], [])).not.toThrow();
    out.removeCheckpoint([]);
    expect(contents()).toEqual({ "metrics.jsonl": "theirs" });
  });
});

describe("writing", () => {
  beforeEach(() => out.begin());

  test("a folder takes the place of one of ours, and of nothing else", () => {
    put({ "lora/run.json": OWN_RECORD, "lora/README.md": "old" });
    const fill = (made: string) => writeFileSync(join(made, "README.md"), "new");
    expect(out.replace("lora", fill)).toBe("lora");
    const writer = join("checkpoint", "unfinished", "process.json");
    expect(contents()).toEqual({ "lora/README.md": "new", [writer]: expect.any(String) });
    // By now it has no run.json: it may be anybody's.
    expect(out.replace("lora", fill)).toBe("lora (new)");
    expect(out.replace("lora", fill)).toBe("lora (new 2)");
    expect(contents()).toMatchObject({ "lora/README.md": "new", "lora (new)/README.md": "new" });
  });

  test("a folder that cannot be filled leaves what was there", () => {
    put({ "lora/run.json": OWN_RECORD, "lora/README.md": "old" });
    const before = contents();
    const filling = () =>
      out.replace("lora", (made) => {
        writeFileSync(join(made, "README.md"), "half");
        throw new Error("the rest is missing");
      });
    expect(filling).toThrow("the rest is missing");
    expect(contents()).toEqual(before);
  });

  test("what was not whole is gone at the end, and what somebody put beside it stays", () => {
    put({ "checkpoint/checkpoint.json": "{}", "checkpoint/mine.txt": "mine" });
    writeFileSync(out.unfinished("state"), "half");
    out.removeCheckpoint(["checkpoint.json"]);
    expect(contents()).toEqual({ "checkpoint/mine.txt": "mine" });
    rmSync(join(folder, "checkpoint", "mine.txt"));
    out.removeCheckpoint([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe.runIf(process.platform === "linux")("a disk that takes no more", () => {
  test("is named, and lines wait for it", () => {
    const log = new Log("/dev/full");
    expect(log.append("a line\n")).toBe("/dev/full could not be written: the disk is full.");
    expect(log.append("another\n")).toBe("/dev/full could not be written: the disk is full.");
    expect(() => log.close()).toThrow("/dev/full could not be written: the disk is full.");
  });

  test("is named by the system's own error", () => {
    let refused: unknown;
    try {
      writeFileSync("/dev/full", "text");
    } catch (error) {
      refused = error;
    }
    expect(diskError(refused, "a.csv").message).toBe("a.csv could not be written: the disk is full.");
  });

  test("leaves every file and folder as it was", () => {
    out.begin();
    put({ "lora/run.json": OWN_RECORD, "lora/README.md": "old", "summary.json": "old" });
    const before = contents();
    // Of a process that may write 16 KiB to a file.
    const script = fileURLToPath(new URL("write-large-results.mjs", import.meta.url));
    const { stdout, stderr, status } = spawnSync(
      "bash",
      ["-c", `ulimit -f 16; exec "$0" "$1" "$2"`, process.execPath, script, folder],
      {
        encoding: "utf8",
      },
    );
    expect(status, stderr).toBe(0);
    const limit = "the file would be larger than this system lets it be";
    expect(JSON.parse(stdout)).toEqual([
      expect.stringContaining(`${join(folder, "lora")} could not be written: ${limit}`),
      expect.stringContaining(`${join(folder, "summary.json")} could not be written: ${limit}`),
      expect.stringContaining(`${join(folder, "metrics.jsonl")} could not be written: ${limit}`),
    ]);
    const { "metrics.jsonl": metrics, ...others } = contents();
    expect(others).toEqual(before);
    // What fitted is there; the rest was kept for later.
    expect(metrics).toHaveLength(16 * 1024);
  });
});
