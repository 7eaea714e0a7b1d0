/**
 * The headless runner where something goes wrong: what was trained is kept and goes on as if
 * nothing had happened, and what the runner did not write stays.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import {
  type Ended,
  goOn,
  json,
  killBrowserProcess,
  lines,
  prepare,
  type StudioOptions,
  studio,
} from "./headless-runner";

test.skip(({ isMobile }) => Boolean(isMobile), "the runner has no window");
// Starts a browser for every comparison, and some of them twice.
test.setTimeout(600_000);

const runs = [
  { name: "lora", method: "lora", options: { rank: 2, dropout: 0.1 } },
  { name: "sk", method: "sk-prefix" },
];

/** What a comparison said, without what goes by the clock and by the browser. */
function said(out: string): Map<string, unknown> {
  return new Map(
    lines(join(out, "metrics.jsonl")).map(({ seconds: _, memoryBytes: __, ...line }) => [
      `${line.run}, step ${line.step}, ${line.split ?? "training"}`,
      line,
    ]),
  );
}

/** Every file below a folder. */
function contents(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    entries.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), "latin1")]),
  );
}

/** Breaks a comparison off, goes on with it, and compares it with `whole`, which was left alone. */
async function breakOff(
  configuration: string,
  whole: string,
  out: string,
  options: StudioOptions,
): Promise<{ broken: Ended; adapterSteps: number[] }> {
  const broken = await studio(configuration, out, options);
  const records = runs.map(({ name }) => json(join(out, name, "run.json")));
  const adapterSteps = records.map(({ state }) => state.step);
  expect(json(join(out, "summary.json"))).toMatchObject({
    complete: false,
    runs: [{ adapter: "lora" }, { adapter: "sk" }],
  });
  expect(broken.output).toContain(`run --continue ${out}`);
  const continued = await goOn(out);
  expect(continued.code, continued.output).toBe(0);
  const expected = said(whole);
  const got = said(out);
  for (const [key, line] of expected) expect(got.get(key), key).toEqual(line);
  for (const { name } of runs) {
    for (const file of ["adapter_model.safetensors", "training_state.safetensors"]) {
      const [again, straight] = [out, whole].map((folder) => readFileSync(join(folder, name, file)));
      expect(again!.equals(straight!), `${name}/${file}`).toBe(true);
    }
    // It knows all evaluations, those from before it broke off too.
    const known = json(join(out, name, "run.json")).evaluations.map(({ step }: { step: number }) => step);
    expect(known).toEqual(
      expect.arrayContaining(json(join(whole, name, "run.json")).evaluations.map(({ step }: { step: number }) => step)),
    );
  }
  expect(json(join(out, "summary.json"))).toMatchObject({
    complete: true,
    runs: json(join(whole, "summary.json")).runs.map(({ steps, training }: { steps: number; training: object }) => ({
      steps,
      training,
    })),
  });
  expect(existsSync(join(out, "checkpoint"))).toBe(false);
  return { broken, adapterSteps };
}

test("a training that breaks off leaves adapters, and goes on to the very same losses and values", async () => {
  const folder = test.info().outputPath("broken");
  const configuration = prepare(folder, "long.json", { training: { steps: 200, evalEvery: 10 }, runs });
  const whole = join(folder, "whole");
  const ended = await studio(configuration, whole);
  expect(ended.code, ended.output).toBe(0);
  const interruptAt = /sk: step 10, validation loss/;

  const terminated = await breakOff(configuration, whole, join(folder, "terminated"), {
    interruptAt,
    interrupt: (program) => program.kill("SIGTERM"),
  });
  expect(terminated.broken.code, terminated.broken.output).toBe(143);
  expect(Math.min(...terminated.adapterSteps)).toBeGreaterThanOrEqual(10);

  test.skip(process.platform !== "linux", "which process is the page only Linux tells");
  const out = join(folder, "crashed");
  const crashed = await breakOff(configuration, whole, out, {
    interruptAt,
    interrupt: (program) => {
      // A state arrives a moment after its evaluation is said.
      const kept = runs.map(({ name }) => join(out, "checkpoint", `${name}.safetensors`));
      const look = () => {
        if (kept.every((path) => existsSync(path))) killBrowserProcess(program, "renderer");
        else setTimeout(look, 20);
      };
      look();
    },
  });
  expect(crashed.broken.code, crashed.broken.output).toBe(1);
  expect(crashed.broken.output).toContain("The browser's page crashed");
  for (const step of crashed.adapterSteps) expect(step % 10).toBe(0);
});

test("a graphics process that dies costs the steps since the last evaluation alone", async () => {
  test.skip(process.platform !== "linux", "which process is the graphics card's only Linux tells");
  const folder = test.info().outputPath("lost");
  const configuration = prepare(folder, "short.json", { training: { steps: 4, evalEvery: 2 }, runs });
  const whole = join(folder, "whole");
  const ended = await studio(configuration, whole, { adapter: "software" });
  expect(ended.code, ended.output).toBe(0);
  const { broken, adapterSteps } = await breakOff(configuration, whole, join(folder, "lost"), {
    adapter: "software",
    // Before the first step is made by all runs nothing is kept.
    interruptAt: /sk: step 2, validation loss/,
    interrupt: (program) => killBrowserProcess(program, "gpu-process"),
  });
  expect(broken.code, broken.output).toBe(1);
  expect(broken.output).toContain("The graphics device was lost");
  for (const step of adapterSteps) expect(step % 2).toBe(0);
});

test("what runs start from is read before it is replaced, and nothing else is replaced", async () => {
  const folder = test.info().outputPath("replaced");
  const head = [{ name: "head", method: "linear-probe" }];
  const first = prepare(folder, "first.json", { training: { steps: 2 }, runs: head });
  const out = join(folder, "results");
  const trained = await studio(first, out);
  expect(trained.code, trained.output).toBe(0);

  // A folder that somebody else has made, with the name of a run.
  mkdirSync(join(out, "thesis"));
  writeFileSync(join(out, "thesis", "main.tex"), "mine");
  writeFileSync(join(out, "predictions.csv"), "mine");
  const before = contents(out);
  const thesis = prepare(folder, "thesis.json", { runs: [{ name: "thesis", method: "lora" }] });
  const refused = await studio(thesis, out);
  expect(refused.code, refused.output).toBe(2);
  expect(refused.output).toContain(`${join(out, "thesis")} is there already, and has no run.json of the studio in it`);
  expect(contents(out)).toEqual(before);

  // Refused where runs are set up: the folder is of another method.
  const misfit = prepare(folder, "misfit.json", { runs: [{ name: "head", method: "lora", initFrom: "results/head" }] });
  const unfit = await studio(misfit, out);
  expect(unfit.code, unfit.output).toBe(2);
  expect(unfit.output).toContain('Run "head" cannot start from head');
  expect(contents(out)).toEqual(before);

  const resumed = [{ name: "head", method: "linear-probe", initFrom: "results/head", resume: true }];
  const second = prepare(folder, "second.json", { training: { steps: 4 }, runs: resumed });
  const continued = await studio(second, out);
  expect(continued.code, continued.output).toBe(0);
  expect(json(join(out, "head", "run.json")).state).toMatchObject({ step: 4 });
  expect(readFileSync(join(out, "thesis", "main.tex"), "utf8")).toBe("mine");
  expect(readFileSync(join(out, "predictions.csv"), "utf8")).toBe("mine");

  const nothing = await goOn(out);
  expect(nothing.code, nothing.output).toBe(2);
  expect(nothing.output).toContain("has finished; there is nothing to go on with");
  const foreign = await goOn(join(out, "thesis"));
  expect(foreign.code, foreign.output).toBe(2);
  expect(foreign.output).toContain("has no comparison that broke off");
});

test("other rows than those that a training began with are refused where it goes on", async () => {
  const folder = test.info().outputPath("others");
  const configuration = prepare(folder, "long.json", {
    training: { steps: 100_000, evalEvery: 100_000 },
    runs: [{ name: "head", method: "linear-probe" }],
  });
  const out = join(folder, "out");
  const stopped = await studio(configuration, out, { interruptAt: /step 0, validation loss/ });
  expect(stopped.code, stopped.output).toBe(130);
  const before = contents(out);
  const rows = readFileSync(join(folder, "rows.csv"), "utf8");
  writeFileSync(join(folder, "rows.csv"), rows.replace("a lovely film,good", "a lovely film,bad"));
  const others = await goOn(out);
  expect(others.code, others.output).toBe(1);
  expect(others.output).toMatch(
    /Run "head" cannot go on from its checkpoint: the (training|validation) rows are others/,
  );
  rmSync(join(folder, "rows.csv"));
  const gone = await goOn(out);
  expect(gone.code, gone.output).toBe(2);
  expect(gone.output).toContain(`data.train: there is no file ${join(folder, "rows.csv")}`);
  expect(contents(out)).toEqual(before);
});

test("a signal before anything is trained ends it, and nothing is written", async () => {
  const folder = test.info().outputPath("early");
  const configuration = prepare(folder, "long.json", { runs: [{ name: "head", method: "linear-probe" }] });
  const out = join(folder, "out");
  const { code, output } = await studio(configuration, out, { interruptAt: /loading weights|reading data/ });
  expect(code, output).toBe(130);
  expect(output).toContain("Interrupted before anything was trained.");
  expect(existsSync(out)).toBe(false);
});
