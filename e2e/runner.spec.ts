/**
 * The headless runner as a person starts it: files in, results and exit codes out. It opens its own
 * browser, so the page of these tests is not used.
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { serveHub } from "../tests/hub-server";
import { json, lines, model, prepare, ROWS, score, studio } from "./headless-runner";

test.skip(({ isMobile }) => Boolean(isMobile), "the runner has no window");
// Starts a browser for every comparison.
test.setTimeout(180_000);

const FILES = [
  "README.md",
  "adapter_config.json",
  "adapter_model.safetensors",
  "run.json",
  "training_state.safetensors",
];

test("a rate that is to be searched is found on training rows before training", async () => {
  const folder = test.info().outputPath("searched");
  const configuration = prepare(folder, "searched.json", {
    version: 2,
    // Of the file there is a rate for all: the run's own goes before it.
    runs: [
      { name: "lora", method: "lora", learningRate: "search" },
      { name: "head", method: "linear-probe" },
    ],
  });
  const out = join(folder, "out");
  const { code, output } = await studio(configuration, out);
  expect(code, output).toBe(0);
  const { searches, runs, unequal } = json(join(out, "summary.json"));
  expect(searches).toHaveLength(1);
  const [search] = searches;
  expect(search.run).toBe("lora");
  // Of 8 training rows; 7, 4 and 2 rates, the last with two seeds: 7 · 1 + 4 · 2 + 2 · 2 · 3 steps.
  expect(search.trainRows + search.heldRows).toBe(8);
  expect(search.trials).toHaveLength(13);
  expect(search.cost.steps).toBe(27);
  expect(search.trials.map(({ rate }: { rate: number }) => rate)).toContain(search.chosen);
  expect(output).toContain(`lora: learning rate ${search.chosen} found by 27 steps`);
  expect(json(join(out, "lora", "run.json")).run.learningRate).toBe(search.chosen);
  for (const run of runs) {
    expect(run.flops.step.total).toBe(run.flops.step.forward + run.flops.step.backward);
    expect(run.flops.total).toBeGreaterThan(0);
    expect(run.flops.total).toBeLessThanOrEqual(3 * run.flops.step.total);
  }
  // Adapters alone are compared by their sizes, and heads learn alike.
  expect(unequal).toEqual([]);
});

test("a preset in place of runs is compared as its runs", async () => {
  const folder = test.info().outputPath("preset");
  const both = prepare(folder, "both.json", { preset: "bars-to-beat", runs: [{ name: "lora", method: "lora" }] });
  const refused = await studio(both, join(folder, "both"));
  expect(refused.code, refused.output).toBe(2);
  expect(refused.output).toContain("runs: must be left out beside a preset");

  const bars = prepare(folder, "bars.json", { preset: "bars-to-beat", training: { steps: 1 } });
  const out = join(folder, "bars");
  const unsliced = await studio(bars, out, { more: ["--slices", "shop"] });
  expect(unsliced.code, unsliced.output).toBe(2);
  expect(unsliced.output).toContain('--slices: the training file has no column "shop"; it has text, label.');
  const answered = await studio(bars, out, { more: ["--slices", "label"] });
  expect(answered.code, answered.output).toBe(2);
  expect(answered.output).toContain('--slices: the runs read or answer the column "label"');
  const [head, ...rows] = ROWS.trimEnd().split("\n");
  const shops = rows.map((row, index) => `${row},${index % 2 ? "Oslo" : "Lima"}`);
  writeFileSync(join(folder, "rows.csv"), `${[`${head},shop`, ...shops].join("\n")}\n`);
  const compared = await studio(bars, out, { more: ["--slices", "shop"] });
  expect(compared.code, compared.output).toBe(0);
  const summary = json(join(out, "summary.json"));
  const names = ["Majority", "Bag of words", "Nearest neighbours", "Fitted head", "Hard text + head", "Head only"];
  expect(summary.runs.map(({ run }: { run: string }) => run)).toEqual(names);
  expect(summary.configuration).not.toHaveProperty("preset");
  const { slices, verdict } = summary;
  expect(slices).toMatchObject({ column: "shop", metric: verdict.metric, part: verdict.part, runs: names });
  expect(slices.slices.map(({ name }: { name: string }) => name).sort()).toEqual(["Lima", "Oslo"]);
  const rowsOf = ({ rows: own }: { rows: number }) => own;
  expect(slices.slices.map(rowsOf).reduce((sum: number, own: number) => sum + own)).toBe(verdict.rows);
  for (const { run, value } of verdict.runs) expect(slices.whole.runs[names.indexOf(run)].value).toBe(value);
  expect(compared.output).toContain('Accuracy on the validation rows, by "shop"');
  const kinds = summary.verdict.runs.map(({ run, basis }: { run: string; basis?: string }) => [run, basis ?? null]);
  expect(Object.fromEntries(kinds)).toEqual({
    ...{ Majority: "one answer", "Bag of words": "texts", "Nearest neighbours": "frozen model" },
    ...{ "Fitted head": "fitted head", "Hard text + head": null, "Head only": null },
  });
  const text = "Classify the bad or good from the text:";
  expect(summary.configuration.runs[4]).toMatchObject({ name: "Hard text + head", options: { text } });
});

test("a sweep is compared as its points, each with a folder of its own", async () => {
  const folder = test.info().outputPath("sweep");
  const swept = (sweep: object) => ({ training: { steps: 1 }, runs: [{ name: "lora", method: "lora", sweep }] });
  const many = prepare(folder, "many.json", swept({ rank: Array.from({ length: 101 }, (_, index) => index + 1) }));
  const refused = await studio(many, join(folder, "many"));
  expect(refused.code, refused.output).toBe(2);
  expect(refused.output).toContain("runs: are 101 with every combination of their sweeps; there may be 100");
  const unknown = await studio(prepare(folder, "unknown.json", swept({ ranks: [1] })), join(folder, "unknown"));
  expect(unknown.code, unknown.output).toBe(2);
  expect(unknown.output).toContain('lora has no option "ranks"; did you mean rank?');

  const out = join(folder, "out");
  const ended = await studio(prepare(folder, "sweep.json", swept({ rank: [1, 2], learningRate: [0.001, 0.01] })), out);
  expect(ended.code, ended.output).toBe(0);
  const names = [1, 2].flatMap((rank) => [0.001, 0.01].map((rate) => `lora (rank ${rank}, rate ${rate})`));
  const { runs, configuration, verdict } = json(join(out, "summary.json"));
  expect(runs.map(({ run }: { run: string }) => run)).toEqual(names);
  expect(configuration.runs.map(({ options }: { options: object }) => options)).toEqual(
    [1, 1, 2, 2].map((rank) => ({ rank })),
  );
  const { run } = json(join(out, names[3]!, "run.json"));
  expect(run).toMatchObject({ options: { rank: 2 }, learningRate: 0.01, sweptAs: { run: "lora" } });
  expect(json(join(out, names[3]!, "adapter_config.json")).r).toBe(2);
  const parameters = runs.map(({ trainable }: { trainable: { adapter: number } }) => trainable.adapter);
  expect(parameters[2]).toBe(2 * parameters[0]);
  for (const judged of verdict.runs) expect(judged.swept).toEqual({ run: "lora", points: 4 });
  expect(ended.output).toContain(
    "lora was trained with 4 settings, and which of them is best is seen on these same rows",
  );
});

test("rows are relabelled and left out by the configuration, and that is said wherever results are", async () => {
  const folder = test.info().outputPath("changes");
  const changes = [
    { row: 3, label: "good" },
    { row: 5, leaveOut: true },
    { file: "test", row: 2, label: "bad" },
    { file: "test", row: 3, label: "good" },
  ];
  const runs = [{ name: "lora", method: "lora", options: { rank: 2 } }];
  const out = join(folder, "out");
  const ended = await studio(prepare(folder, "changes.json", { runs, changes, tested: true }), out);
  expect(ended.output).toContain("Test rows were changed: 2 rows relabelled.");
  expect(ended.code, ended.output).toBe(0);
  const { data, verdict } = json(join(out, "summary.json"));
  expect(data.changes).toBe("3 rows relabelled, 1 left out");
  const report = readFileSync(join(out, "report.md"), "utf8");
  expect(readFileSync(join(out, "report.html"), "utf8")).toContain("<h2>Verdict</h2>");
  expect(data.notices.length).toBeGreaterThan(0);
  for (const notice of data.notices) {
    expect(ended.output.indexOf(notice)).toBeGreaterThan(-1);
    expect(ended.output.indexOf(notice)).toBeLessThan(ended.output.indexOf("Verdict"));
    expect(report).toContain(`- ${notice}\n`);
  }
  expect(data.trainRows + data.validationRows).toBe(11);
  const [bad, good] = data.labels.map((label: { train: number; validation: number }) => label.train + label.validation);
  expect([bad, good]).toEqual([4, 7]);
  expect(verdict.testRowsChanged).toEqual({ relabelled: 2, leftOut: 0, afterLook: false });
  expect(json(join(out, "lora", "run.json")).configuration.data.changes).toEqual(changes);
  expect(readFileSync(join(out, "lora", "README.md"), "utf8")).toContain(
    "Not as the file has them: 3 rows relabelled, 1 left out;",
  );

  const other = [{ row: 3, label: "good", fingerprint: "0123456789ab" }];
  const refused = await studio(prepare(folder, "other.json", { runs, changes: other }), join(folder, "none"));
  expect(refused.code).not.toBe(0);
  expect(refused.output).toMatch(
    /rows\.csv, row 3: It is to be relabelled "good", but the row is another than it was then: its fingerprint is [0-9a-f]{12} and was 0123456789ab/,
  );
});

test("a comparison writes metrics, summary and adapters, and a second one starts from them", async () => {
  const folder = test.info().outputPath("runner");
  const first = prepare(folder, "first.json", {
    tested: true,
    runs: [
      { name: "lora", method: "lora" },
      { name: "sk", method: "sk-prefix" },
    ],
  });
  const out = join(folder, "first");
  const trained = await studio(first, out);
  expect(trained.code, trained.output).toBe(0);

  const metrics = lines(join(out, "metrics.jsonl"));
  const steps = metrics.filter((line) => "gradNorm" in line);
  const evaluations = metrics.filter((line) => line.split === "validation");
  const { verdict } = json(join(out, "summary.json"));
  expect(verdict).toMatchObject({ metric: "accuracy", part: "test", rows: 2, leftOut: [] });
  expect(verdict.runs.map(({ run }: { run: string }) => run).sort()).toEqual(["lora", "sk"]);
  expect(verdict.pairs).toHaveLength(1);
  // Two rows are no proof.
  expect(verdict.pairs[0].beyondLuck).toBe(false);
  const report = readFileSync(join(out, "report.md"), "utf8");
  for (const sentence of verdict.sentences) {
    expect(trained.output).toContain(`${sentence}\n`);
    expect(report).toContain(`${sentence}\n`);
  }
  const card = readFileSync(join(out, "lora", "README.md"), "utf8");
  expect(card).toContain("On 2 test rows, which nothing was chosen by:");
  expect(card).toMatch(/\| Accuracy \| \d+\.\d % \| \d+\.\d % to \d+\.\d % \|/);
  // Read once, when both have ended.
  const tests = metrics.slice(-2);
  expect(tests).toEqual([
    expect.objectContaining({ run: "lora", split: "test", step: 3, rows: 2 }),
    expect.objectContaining({ run: "sk", split: "test", step: 3, rows: 2 }),
  ]);
  expect(metrics).toHaveLength(steps.length + evaluations.length + tests.length);
  for (const run of ["lora", "sk"]) {
    const own = steps.filter((line) => line.run === run);
    expect(own.map(({ step }) => step)).toEqual([1, 2, 3]);
    for (const line of own) {
      const keys = [
        "epoch",
        "flops",
        "gradNorm",
        "keptTokens",
        "learningRate",
        "loss",
        "memoryBytes",
        "run",
        "seconds",
        "step",
        "tokens",
        "weightSum",
      ];
      expect(Object.keys(line).sort()).toEqual(keys);
      expect(line.loss).toBeGreaterThan(0);
      expect(line.gradNorm).toBeGreaterThan(0);
      expect(line.memoryBytes.total).toBeGreaterThan(line.memoryBytes.weights);
    }
    const judged = evaluations.filter((line) => line.run === run);
    expect(judged.map(({ step }) => step)).toEqual([0, 2, 3]);
    for (const { loss, accuracy, rows } of judged) {
      expect(loss).toBeGreaterThan(0);
      expect([0, 0.25, 0.5, 0.75, 1]).toContain(accuracy);
      expect(rows).toBe(4);
    }
  }

  const summary = json(join(out, "summary.json"));
  const threads = Math.min(8, availableParallelism());
  const name = `processor, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
  expect(summary).toMatchObject({
    complete: true,
    device: { executor: "processor", name, threads, adapter: null },
    model: { name: "tiny-llama" },
    data: { trainRows: 8, validationRows: 4, testRows: 2, labels: [{ name: "bad" }, { name: "good" }] },
    runs: [
      { run: "lora", state: "finished", steps: 3, adapter: "lora", test: { step: 3, loss: tests[0].loss } },
      { run: "sk", state: "finished", steps: 3, adapter: "sk", test: { step: 3, loss: tests[1].loss } },
    ],
  });

  expect(readdirSync(join(out, "lora")).sort()).toEqual(FILES);
  expect(readdirSync(join(out, "sk")).sort()).toEqual([...FILES, "sk_adapter.safetensors"].sort());
  expect(json(join(out, "lora", "adapter_config.json"))).toMatchObject({ peft_type: "LORA" });
  expect(json(join(out, "sk", "adapter_config.json"))).toMatchObject({ peft_type: "PREFIX_TUNING" });
  const record = readFileSync(join(out, "sk", "run.json"), "utf8");
  expect(record).not.toContain("127.0.0.1");
  const recorded = { version: 2, run: { name: "sk" }, configuration: { model: "dir:tiny-llama" } };
  expect(JSON.parse(record)).toMatchObject(recorded);

  const second = prepare(folder, "second.json", {
    tested: true,
    version: 1,
    training: { steps: 4 },
    runs: [
      { name: "lora", method: "lora", initFrom: "first/lora", resume: true },
      { name: "sk", method: "sk-prefix", initFrom: "first/sk" },
    ],
  });
  const asked = join(folder, "asked.csv");
  writeFileSync(asked, "id,text,who,label\n1,a lovely bore,sk,\n2,not worth it,lora,bad\n3,bright and warm,sk,good\n");
  const more = ["--predict", asked, "--adapter-column", "who", "--forgetting"];
  const continued = await studio(second, join(folder, "second"), { more });
  expect(continued.code, continued.output).toBe(0);
  const said = readFileSync(join(folder, "second", "predictions.csv"), "utf8")
    .trimEnd()
    .split(/\r?\n/);
  expect(said[0]).toBe("id,text,who,label,run,prediction,probability");
  for (const [index, run] of ["sk", "lora", "sk"].entries()) {
    expect(said[index + 1]).toMatch(new RegExp(`^${index + 1},.*,${run},(good|bad)?,${run},(good|bad),0\\.\\d+$`));
  }
  const scores = json(join(folder, "second", "scores.json"));
  expect(scores).toMatchObject({ file: "asked.csv", rows: 2, unlabelled: [2], verdict: { part: "file", rows: 2 } });
  expect(scores.runs.map(({ run }: { run: string }) => run)).toEqual(["lora", "sk"]);
  expect(continued.output).toContain("Verdict: Accuracy on 2 rows of the file, with 95 % intervals");
  const forgotten = json(join(folder, "second", "forgetting.json"));
  expect(Object.keys(forgotten)).toEqual(["lora", "sk"]);
  expect(forgotten.lora.frozen).toBe(forgotten.sk.frozen);
  for (const { tokens, frozen, tuned } of Object.values<{ tokens: number; frozen: number; tuned: number }>(forgotten)) {
    // Of each of twelve paragraphs half of the model's 64 positions, after its first token.
    expect(tokens).toBe(12 * 31);
    expect(Math.abs(tuned - frozen)).toBeGreaterThan(1e-5);
  }
  expect(continued.output).toContain("lora: It was planned for 3 steps and will now have 4");
  const written = lines(join(folder, "second", "metrics.jsonl"));
  expect(written.filter((line) => "gradNorm" in line && line.run === "lora").map(({ step }) => step)).toEqual([4]);
  // The resumed run where it was left, the other from step 0 with the folder's values.
  const again = written.filter((line) => line.split && line.step === (line.run === "lora" ? 3 : 0));
  expect(again.map(({ run }) => run).sort()).toEqual(["lora", "sk"]);
  for (const { run, loss } of again) {
    const last = evaluations.filter((line) => line.run === run).at(-1);
    const begun = evaluations.find((line) => line.run === run);
    expect(Math.abs(loss - last.loss), `${run}: ${loss} instead of ${last.loss}`).toBeLessThanOrEqual(1e-4);
    // Else the same would be said of an adapter that was not read.
    expect(Math.abs(last.loss - begun.loss)).toBeGreaterThan(1e-3);
  }
  const secondRecord = readFileSync(join(folder, "second", "sk", "run.json"), "utf8");
  expect(secondRecord).not.toContain("127.0.0.1");
  expect(JSON.parse(secondRecord)).toMatchObject({ run: { initFrom: "sk" } });
});

test("a gated model of a Hub is downloaded with the token; Ctrl-C stops after the step, with results", async () => {
  const folder = test.info().outputPath("runner");
  const files = Object.fromEntries(
    readdirSync(model).map((name) => [name, new Uint8Array(readFileSync(join(model, name)))]),
  );
  const hub = await serveHub({ "tiny/llama": { files, gatedBy: "hf_right" } });
  const configuration = prepare(folder, "long.json", {
    training: { steps: 100_000, evalEvery: 100_000 },
    runs: [{ name: "head only", method: "linear-probe" }],
    source: "hf:tiny/llama",
  });
  const out = join(folder, "out");
  const { code, output } = await studio(configuration, out, {
    interruptAt: /step 0, validation loss/,
    more: ["--endpoint", hub.address],
    environment: { HF_TOKEN: "hf_right", STUDIO_CACHE: join(folder, "cache") },
  });
  await hub.close();
  expect(code, output).toBe(130);
  expect(output).toContain("downloading model: config.json");
  const record = readFileSync(join(out, "head only", "run.json"), "utf8");
  expect(JSON.parse(record)).toMatchObject({ configuration: { model: "hf:tiny/llama" } });
  expect(record).not.toContain("hf_right");
  expect(json(join(out, "head only", "adapter_config.json")).base_model_name_or_path).toBe("tiny/llama");
  expect(output).toContain("Stopping after this step");
  const [run] = json(join(out, "summary.json")).runs;
  expect(run).toMatchObject({ state: "stopped", adapter: "head only" });
  expect(run.validation.last.step).toBe(run.steps);
  expect(readdirSync(join(out, "head only")).sort()).toEqual(FILES);
});

test("a token with a line break is refused by its variable's name, and shown nowhere", async () => {
  const folder = test.info().outputPath("token");
  const configuration = prepare(folder, "gated.json", {
    runs: [{ name: "head", method: "linear-probe" }],
    source: "hf:tiny/llama",
  });
  const { code, output } = await studio(configuration, join(folder, "out"), {
    environment: { HF_TOKEN: "hf_secret\nhf_other" },
  });
  expect(code, output).toBe(2);
  expect(output).toContain("HF_TOKEN holds more than a token");
  expect(output).not.toMatch(/hf_secret|hf_other/);
  expect(existsSync(join(folder, "out"))).toBe(false);
});

test("what computes is chosen, and told", async () => {
  const folder = test.info().outputPath("runner");
  const configuration = prepare(folder, "short.json", {
    training: { steps: 1, evalEvery: 1 },
    runs: [{ name: "head", method: "linear-probe" }],
  });
  const software = await studio(configuration, join(folder, "software"), { adapter: "software" });
  expect(software.code, software.output).toBe(0);
  expect(json(join(folder, "software", "summary.json")).device).toMatchObject({
    executor: "webgpu",
    threads: null,
    adapter: { kind: "software", architecture: "swiftshader" },
  });

  const auto = await studio(configuration, join(folder, "auto"), { adapter: "auto" });
  expect(auto.code, auto.output).toBe(0);
  const { device } = json(join(folder, "auto", "summary.json"));
  expect(auto.output).toContain(`Device: ${device.name}`);

  const hardware = await studio(configuration, join(folder, "hardware"), { adapter: "hardware" });
  if (hardware.code === 0) {
    expect(json(join(folder, "hardware", "summary.json")).device.adapter.kind).toBe("hardware");
  } else {
    // Where there is no card, the automatic choice is the processor.
    expect(hardware.code).toBe(1);
    expect(hardware.output).toContain("Chromium offers WebGPU no hardware adapter here");
    expect(device.executor).toBe("processor");
  }
});

test("a wrong key in the configuration is named, and a newer version, with exit code 2", async () => {
  const folder = test.info().outputPath("runner");
  const configuration = prepare(folder, "wrong.json", {
    training: { batchsize: 4 },
    runs: [{ name: "lora", method: "lora" }],
  });
  const { code, output } = await studio(configuration, join(folder, "out"));
  expect(code, output).toBe(2);
  expect(output).toContain("batchsize");
  expect(output).toContain("training");

  const newer = prepare(folder, "newer.json", { version: 99, runs: [{ name: "lora", method: "lora" }] });
  const refused = await studio(newer, join(folder, "out"));
  expect(refused.code, refused.output).toBe(2);
  expect(refused.output).toMatch(/version 99 .* newer studio; this one reads up to version 2\. .*update the studio/);
  expect(existsSync(join(folder, "out"))).toBe(false);
});

test("rows of a file are scored by an adapter and by the frozen model", async () => {
  // Five browsers, one after the other.
  test.slow();
  const folder = test.info().outputPath("scored");
  const configuration = prepare(folder, "one.json", { runs: [{ name: "lora", method: "lora" }] });
  const trained = await studio(configuration, join(folder, "out"));
  expect(trained.code, trained.output).toBe(0);
  const asked = join(folder, "asked.csv");
  writeFileSync(asked, "text,label\n=a lovely bore,good\nnot worth it,bad\n");
  const table = (name: string) => readFileSync(join(folder, name), "utf8").trimEnd().split(/\r?\n/);
  const given = (name: string, ...more: string[]) => ["--rows", asked, "--out", join(folder, name), ...more];

  const own = given("own.csv", "--with", join(folder, "out", "lora"), "--gradients");
  const scored = await score(configuration, own);
  expect(scored.code, scored.output).toBe(0);
  const [head, first, second] = table("own.csv");
  expect(head).toBe("text,label,loss,entropy,rank,probability,gradient norm");
  expect(first).toMatch(/^"?'=a lovely bore"?,good,[\d.]+,[\d.]+,[12],0\.\d+,[\d.]+$/);
  expect(second).toMatch(/^not worth it,bad,/);
  const [loss, probability] = [2, 5].map((place) => Number(second!.split(",")[place]));
  expect(Math.abs(Math.exp(-loss!) - probability!)).toBeLessThan(1e-6);

  const frozen = await score(configuration, given("frozen.csv", "--with", "frozen", "--tokens"));
  expect(frozen.code, frozen.output).toBe(0);
  expect(table("frozen.csv")[0]).toBe("row,place,read,label,loss,entropy,rank,probability");
  expect(table("frozen.csv").length).toBeGreaterThan(10);

  // The frozen model has no answer of its own, and a label that training never had has no place.
  const refused = await score(configuration, given("no.csv", "--with", "frozen", "--reading", "answer"));
  expect(refused.code).toBe(1);
  expect(refused.output).toContain("The frozen model has no trained head");
  writeFileSync(asked, "text,label\nnot worth it,ugly\n");
  const unknown = await score(configuration, given("no.csv", "--with", join(folder, "out", "lora")));
  expect(unknown.code).toBe(1);
  expect(unknown.output).toMatch(/ugly/);
  expect(existsSync(join(folder, "no.csv"))).toBe(false);
});
