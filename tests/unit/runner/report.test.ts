/** Reports from a folder of results that is there already, of this version or an earlier one. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConfigurationError } from "../../../bin/headless/files";
import { reportOn } from "../../../bin/headless/report";
import { readResults } from "../../../bin/headless/results-facts";

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/versions/${name}`, import.meta.url)), "utf8");
const today = JSON.parse(fixture("summary-2.json"));

let folder: string;
const put = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
const read = (name: string) => readFileSync(join(folder, name), "utf8");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "studio-report-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

const METRICS = [
  { run: "LoRA (seed 0)", step: 0, split: "validation", loss: 0.7, accuracy: 0.25, seconds: 0 },
  { run: "LoRA (seed 0)", step: 1, epoch: 0.5, loss: null, learningRate: 0.001, gradNorm: 1, tokens: 9, seconds: 0.1 },
  { run: "LoRA (seed 0)", step: 2, epoch: 1, loss: 0.5, learningRate: 0.002, gradNorm: 1, tokens: 18, seconds: 0.2 },
  { run: "LoRA (seed 0)", step: 2, split: "validation", loss: 0.6, accuracy: 0.5, seconds: 0.2 },
  { run: "LoRA (seed 0)", step: 2, split: "validation", loss: 0.55, accuracy: 0.6, seconds: 0.2, complete: true },
  { run: "LoRA (seed 0)", step: 2, split: "test", loss: 0.1, accuracy: 1, seconds: 0.2 },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join("");

describe("a report of a folder", () => {
  test("is written from its summary and metrics, with log files where they are asked for", () => {
    put("summary.json", today);
    // Its last line was cut off.
    put("metrics.jsonl", `${METRICS}{"run": "LoRA (se`);
    expect(reportOn(folder, { logs: true })).toEqual(
      ["report.html", "report.md", "logs"].map((name) => join(folder, name)),
    );
    expect(readdirSync(folder).sort()).toEqual(["logs", "metrics.jsonl", "report.html", "report.md", "summary.json"]);
    expect(readdirSync(join(folder, "logs"))).toContain("LoRA (seed 0)");
    const html = read("report.html");
    for (const sentence of today.verdict.sentences as string[]) {
      const escaped = sentence.replaceAll(" %", "\u00a0%").replaceAll('"', "&quot;");
      for (const part of escaped.split(". ")) expect(html).toContain(part);
    }
    expect(html).toContain(today.identity.model.weights);
    expect(read("report.md")).toContain("## Verdict");
    // Again over what is ours.
    expect(() => reportOn(folder, { logs: true })).not.toThrow();
    const { runs } = readResults(folder, false);
    expect(runs[0]).toMatchObject({ run: "LoRA (seed 0)", group: "LoRA", method: "LoRA", learningRate: 0.002 });
    expect(runs[0]!.curves.steps.map(({ loss }) => loss)).toEqual([Number.NaN, 0.5]);
    expect(runs[0]!.curves.evaluations.map(({ accuracy }) => accuracy)).toEqual([0.25, 0.5]);
  });

  test("is written of one that an earlier version left, whose heads learned as their adapters", () => {
    const { headLearningRate: _, leastWarmupSteps: __, ...training } = today.configuration.training;
    put("summary.json", {
      ...JSON.parse(fixture("summary-1.json")),
      configuration: { ...today.configuration, training },
    });
    expect(() => reportOn(folder, {})).not.toThrow();
    const { configuration, identity, files } = readResults(folder, false);
    expect(configuration.training).toMatchObject({ headLearningRate: "adapter", leastWarmupSteps: 0 });
    expect([identity, files]).toEqual([null, []]);
    expect(read("report.html")).toContain("What the files' sums were is not known any more.");
  });

  test("has the rows' fingerprint of a run's folder where the summary has none", () => {
    put("summary.json", { ...today, identity: null });
    expect(readResults(folder, false).identity).toBeNull();
    mkdirSync(join(folder, "LoRA (seed 0)"));
    put("LoRA (seed 0)/run.json", { state: { dataFingerprint: "bb22" } });
    expect(readResults(folder, false).identity).toEqual({ rows: "bb22" });
  });

  test("says of a comparison that failed what failed", () => {
    const runs = today.runs.map((run: object) => ({ ...run, state: "failed", reason: "device lost" }));
    put("summary.json", {
      ...today,
      verdict: null,
      complete: false,
      failures: ["The sum could not be made: lost."],
      runs,
    });
    reportOn(folder, {});
    const html = read("report.html");
    expect(html).toContain("The sum could not be made: lost.");
    expect(html).toContain("LoRA (seed 0) failed after 6 steps: device lost.");
    expect(html).toContain("There is no verdict: nothing could be judged.");
    expect(read("report.md")).toContain("The sum could not be made: lost.");
  });

  test("has texts of rows only where they are asked for", () => {
    put("summary.json", today);
    put(
      "samples.jsonl",
      `${JSON.stringify({ row: 2, prompt: "a secret", response: "b", run: null, before: false, text: "c" })}\n`,
    );
    reportOn(folder, {});
    expect(read("report.html")).not.toContain("a secret");
    reportOn(folder, { rows: true });
    expect(read("report.html")).toContain("a secret");
  });
});

describe("is refused, and writes nothing:", () => {
  const summary = (change: (content: typeof today) => object) => ({ "summary.json": JSON.stringify(change(today)) });
  test.each<[string, Record<string, string>, RegExp]>([
    ["a folder without results", { "notes.txt": "" }, /has no summary\.json: it is not a folder of results/],
    ["what is no JSON", { "summary.json": "{" }, /summary\.json is no JSON object: it is damaged/],
    [
      "a newer studio's",
      summary((all) => ({ ...all, version: 3 })),
      /version 3 and was made by a newer studio; this one reads up to version 2/,
    ],
    ["one without runs", summary(({ runs: _, ...rest }) => rest), /summary\.json cannot be read: .*\n.*runs/],
    [
      "a metric that there is not",
      summary((all) => ({ ...all, verdict: { ...all.verdict, metric: "luck" } })),
      /verdict\.metric/,
    ],
    [
      "somebody's own page",
      { ...summary((all) => ({ ...all, files: [] })), "report.html": "<p>mine" },
      /report\.html is there already, and no comparison/,
    ],
  ])("%s", (_, files, why) => {
    for (const [name, content] of Object.entries(files)) put(name, content);
    expect(() => reportOn(folder, {})).toThrow(ConfigurationError);
    expect(() => reportOn(folder, {})).toThrow(why);
    expect(readdirSync(folder).sort()).toEqual(Object.keys(files).sort());
  });

  test("somebody's own file among log files", () => {
    put("summary.json", today);
    mkdirSync(join(folder, "logs"));
    put("logs/notes.txt", "mine");
    expect(() => reportOn(folder, { logs: true })).toThrow(
      /logs is there already, and .*notes\.txt in it was not written/,
    );
    expect(readdirSync(folder).sort()).toEqual(["logs", "summary.json"]);
  });

  test("a folder that there is not", () => {
    expect(() => reportOn(join(folder, "none"), {})).toThrow(/There is no folder .*none\./);
  });
});
