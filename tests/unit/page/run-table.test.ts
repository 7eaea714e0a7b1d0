import { describe, expect, it } from "vitest";
import { addEvaluation, addStep } from "../../../src/page/curves/run-curves";
import { fileName } from "../../../src/page/export/download";
import { metricsCsv } from "../../../src/page/export/metrics-csv";
import { differences } from "../../../src/page/runs/differences";
import { endNote } from "../../../src/page/runs/end-note";
import { scoreOf } from "../../../src/page/runs/score";
import { bestFigure, lossToBeat, separates, sortRows, tableRows } from "../../../src/page/runs/table-rows";
import type { Comparison, RunRecord } from "../../../src/page/store/state";
import type { RunState, Verdict } from "../../../src/worker/api";
import { comparison, evaluation, record, step } from "./events";

function trained(fields: Partial<Comparison> = { state: "finished" }) {
  const runs = ["a", "b", "c"].map((name) => record(name, { state: "finished" }));
  runs.forEach((run, i) => {
    if (i === 2) return;
    addStep(run.curves, step(run.name, 1, 1, { seconds: 2 - i }));
    addEvaluation(run.curves, evaluation(run.name, 0, 0.7, 0.5));
    addEvaluation(run.curves, evaluation(run.name, 10, 0.411 + i * 0.1, 0.9 - i * 0.1));
  });
  return comparison(runs, fields);
}

/** A run that was evaluated at step 0 and 10. */
function evaluated(name: string, losses: [number, number], accuracies: [number, number], fields: Partial<RunRecord>) {
  const run = record(name, { state: "finished", ...fields });
  addEvaluation(run.curves, evaluation(name, 0, losses[0], accuracies[0]));
  addEvaluation(run.curves, evaluation(name, 10, losses[1], accuracies[1]));
  return run;
}

describe("the run table", () => {
  const shown = { past: false, target: 0.45 };

  it("finds the best of each column and sorts, runs without a figure last", () => {
    const rows = tableRows(trained(), shown);
    expect(bestFigure(rows, "bestMetric")).toBeCloseTo(0.9, 12);
    expect(bestFigure(rows, "seconds")).toBe(1);
    expect(bestFigure(rows, "stepsToLoss")).toBeNull();
    expect(bestFigure(rows, "bytes")).toBeNull();
    const names = (column: "name" | "seconds", descending: boolean) =>
      sortRows(rows, { column, descending }).map((row) => row.run.name);
    expect(names("seconds", false)).toEqual(["b", "a", "c"]);
    expect(names("seconds", true)).toEqual(["a", "b", "c"]);
    expect(names("name", true)).toEqual(["c", "b", "a"]);
  });

  it("calls nothing the best while it trains", () => {
    expect(bestFigure(tableRows(trained({ state: "running" }), shown), "bestMetric")).toBeNull();
  });

  it("never counts what a trained run said before its first step", () => {
    const lucky = evaluated("lucky", [0.3, 0.6], [0.95, 0.6], {});
    const steady = evaluated("steady", [0.7, 0.5], [0.5, 0.7], {});
    const rows = tableRows(comparison([lucky, steady], { state: "finished" }), { past: false, target: 0.6 });
    expect(rows.map(({ figures }) => figures.bestMetric)).toEqual([0.6, 0.7]);
    expect(rows.map(({ figures }) => figures.stepsToLoss)).toEqual([10, 10]);
    expect(bestFigure(rows, "bestMetric")).toBe(0.7);
    const untrained = record("untrained", { state: "stopped" });
    addEvaluation(untrained.curves, evaluation("untrained", 0, 0.1, 0.99));
    const withIt = tableRows(comparison([lucky, steady, untrained], { state: "stopped" }), shown);
    expect(withIt[2]!.figures).toMatchObject({ bestMetric: null, score: 0.99 });
    expect(bestFigure(withIt, "score")).toBe(0.7);
    expect(bestFigure(withIt, "validationLoss")).toBe(0.5);
  });

  it("calls nothing the best that was not trained, and no control the best at costing little", () => {
    const nothing = { trainable: { adapter: 0, head: 0, total: 0, percentOfBase: 0 } };
    const size = (total: number) => ({ trainable: { adapter: total, head: 0, total, percentOfBase: 1 } });
    const rows = tableRows(
      comparison(
        [
          evaluated("asked", [0.4, 0.4], [0.9, 0.9], { ...nothing, learningRate: null }),
          evaluated("head", [0.7, 0.6], [0.5, 0.6], { ...size(5), control: true }),
          evaluated("small", [0.7, 0.5], [0.5, 0.7], size(10)),
          evaluated("large", [0.7, 0.5], [0.5, 0.8], size(20)),
        ],
        { state: "finished" },
      ),
      shown,
    );
    expect(rows[0]!.figures).toMatchObject({ bestMetric: 0.9, stepsToLoss: null });
    expect(bestFigure(rows, "bestMetric")).toBe(0.8);
    expect(bestFigure(rows, "trainable")).toBe(10);
  });

  it("calls nothing the best of what a run answers where the lead may be luck", () => {
    const judged = (beyondLuck: boolean): Comparison => {
      const pair = { first: "b", second: "a", beyondLuck, test: "exact McNemar", p: 0.1, adjustedP: 0.1 } as const;
      const figures = { seeds: 1, parameters: 1, remarks: [], value: 0.5, low: 0.4, high: 0.6 };
      const verdict = {
        metric: "accuracy",
        runs: ["a", "b"].map((run) => ({ run, kind: "tuned", ...figures })),
        pairs: [{ ...pair, difference: { value: -0.1, low: -0.2, high: 0.1 } }],
      } as unknown as Verdict;
      return trained({ state: "finished", verdict });
    };
    const best = (beyondLuck: boolean, figure: "bestMetric" | "validationLoss" | "seconds") =>
      bestFigure(tableRows(judged(beyondLuck), shown), figure);
    expect(best(true, "bestMetric")).toBeCloseTo(0.9, 12);
    expect(best(false, "bestMetric")).toBeNull();
    // A loss is not tested by itself: it is bold only beside a run that is ahead.
    expect(best(true, "validationLoss")).toBeCloseTo(0.411, 12);
    expect(best(false, "validationLoss")).toBeNull();
    // What is counted or timed is no matter of luck with rows.
    expect(best(false, "seconds")).toBe(1);
  });

  it("goes by the metric that decides, and by no verdict of another one", () => {
    const lead = (metric: "f1" | "accuracy", judgedBy: "f1" | "accuracy") => {
      const judged = trained();
      const { configuration } = judged;
      judged.configuration = { ...configuration, training: { ...configuration.training, metric } };
      for (const [index, run] of judged.runs.slice(0, 2).entries()) {
        addEvaluation(run.curves, { ...evaluation(run.name, 20, 0.4, 0.6), f1: 0.2 + 0.1 * index });
      }
      const pair = { first: "b", second: "a", beyondLuck: true, test: "exact McNemar", p: 0, adjustedP: 0 } as const;
      judged.verdict = {
        metric: judgedBy,
        runs: ["a", "b"].map((run) => ({ run, kind: "tuned" })),
        pairs: [{ ...pair, difference: { value: 0.1, low: 0, high: 0.2 } }],
      } as unknown as Verdict;
      const rows = tableRows(judged, shown);
      return [rows[1]!.metric, rows[1]!.figures.score, bestFigure(rows, "score")];
    };
    expect(lead("f1", "f1")).toEqual(["f1", expect.closeTo(0.3, 12), expect.closeTo(0.3, 12)]);
    expect(lead("f1", "accuracy")).toEqual(["f1", expect.closeTo(0.3, 12), null]);
    expect(lead("accuracy", "accuracy").slice(0, 2)).toEqual(["accuracy", 0.6]);
  });

  it("takes what stands beside it for what it is: evaluated, not trained", () => {
    const newest = trained();
    const answerer = record("d", { learningRate: null });
    const imported = record("e", { learningRate: 0, beside: true });
    for (const run of [answerer, imported]) addEvaluation(run.curves, evaluation(run.name, 0, 0.05, 1));
    newest.runs.push(answerer, imported);
    const rows = tableRows(newest, shown);
    expect(rows.filter(({ contends }) => contends).map(({ run }) => run.name)).toEqual(["a", "b"]);
    expect(bestFigure(rows, "bestMetric")).toBeCloseTo(0.9, 12);
    expect(bestFigure(rows, "validationLoss")).toBeCloseTo(0.411, 12);
    // What trains nothing has its one value, from before the first step.
    expect(rows.find(({ run }) => run === answerer)?.figures).toMatchObject({ bestMetric: 1, stepsToLoss: null });
    expect(rows.find(({ run }) => run === imported)?.figures.stepsToLoss).toBeNull();
  });

  it("calls no fold the best: each is judged on other rows", () => {
    const folds = trained();
    folds.configuration = { ...folds.configuration, data: { ...folds.configuration.data, test: { folds: 2 } } };
    expect(tableRows(folds, shown).some(({ contends }) => contends)).toBe(false);
  });

  it("shows the metric on the test rows, of runs that have ended", () => {
    const runs = [record("a", { test: { ...evaluation("a", 10, 0.5, 0.7), split: "test" } }), record("b")];
    const rows = tableRows(comparison(runs), shown);
    expect(rows.map(({ figures }) => figures.testMetric)).toEqual([0.7, null]);
  });
});

describe("the score of a run", () => {
  const on = (fields: Partial<Comparison> = {}) => comparison([], fields);

  it("is of the step whose adapter is held, with Wilson's interval of a share of rows", () => {
    const best = evaluated("a", [0.5, 0.6], [0.8, 0.7], { heldStep: 0 });
    expect(scoreOf(best, on(), "accuracy")).toMatchObject({ value: 0.8, step: 0, rows: 10 });
    const last = evaluated("a", [0.5, 0.6], [0.8, 0.7], { heldStep: 10 });
    const score = scoreOf(last, on(), "accuracy")!;
    expect(score).toMatchObject({ value: 0.7, step: 10 });
    // statsmodels' proportion_confint(7, 10, method="wilson").
    expect(score.interval).toEqual({ low: expect.closeTo(0.3967781, 6), high: expect.closeTo(0.8922087, 6) });
    expect(scoreOf(last, on(), "f1")!.interval).toBeNull();
  });

  it("is of all rows where those were measured at the end", () => {
    const run = evaluated("a", [0.5, 0.6], [0.8, 0.7], { heldStep: 10 });
    run.complete = { ...evaluation("a", 10, 0.4, 0.65), rows: 300, complete: true };
    expect(scoreOf(run, on(), "accuracy")).toMatchObject({ value: 0.65, rows: 300, step: 10 });
  });

  it("has the verdict's interval where that is of the same rows, and no step where nothing is trained", () => {
    const run = evaluated("a", [0.5, 0.6], [0.8, 0.7], { heldStep: 10 });
    const judged = { metric: "f1", part: "validation", rows: 10, runs: [{ run: "a", seeds: 1, low: 0.5, high: 0.9 }] };
    const verdict = judged as unknown as Verdict;
    expect(scoreOf(run, on({ verdict }), "f1")!.interval).toEqual({ low: 0.5, high: 0.9 });
    expect(scoreOf(run, on({ verdict: { ...verdict, rows: 300 } }), "f1")!.interval).toBeNull();
    expect(scoreOf({ ...run, learningRate: null }, on(), "accuracy")!.step).toBeNull();
    expect(scoreOf(record("new"), on(), "accuracy")).toBeNull();
  });
});

describe("steps to a loss", () => {
  const [head, text] = [
    evaluated("head", [0.2, 0.611], [0.5, 0.6], { control: true }),
    evaluated("text", [0.9, 0.7], [0.5, 0.6], { control: true }),
  ];
  const asked = evaluated("asked", [0.1, 0.1], [0.5, 0.5], { control: true, learningRate: null });
  const small = evaluated("small", [0.3, 0.5], [0.5, 0.7], {});

  it("are to what the best trained control ended at", () => {
    expect(lossToBeat([small, head, text, asked])).toBe(0.62);
    expect(lossToBeat([small, asked])).toBeNull();
  });

  it("tell runs apart where one gets there and another does not", () => {
    const rows = (target: number | null) => tableRows(comparison([small, text]), { past: false, target });
    expect(separates(rows(0.62), "stepsToLoss")).toBe(true);
    expect(separates(rows(0.9), "stepsToLoss")).toBe(false);
    expect(separates(rows(null), "stepsToLoss")).toBe(false);
  });
});

describe("what is said below a run that has ended", () => {
  const ended = (state: RunState, steps: number, evaluated: readonly number[], fields: Partial<RunRecord> = {}) => {
    const run = record("a", { state, ...fields });
    for (let number = 1; number <= steps; number++) addStep(run.curves, step("a", number, 1));
    for (const number of evaluated) addEvaluation(run.curves, evaluation("a", number, 1, 0.5));
    return endNote(run);
  };

  it("names the step of the last evaluation where a stop gave up the one at the end", () => {
    expect(ended("stopped", 40, [0, 30], { heldStep: 40 })).toBe("stopped at step 40, last evaluated at step 30");
    expect(ended("stopped", 0, [])).toBe("stopped at step 0, not evaluated");
    // The last evaluation of all, with the best one's adapter and with the last step's.
    expect(ended("finished", 1200, [0, 600, 1100], { heldStep: 600 })).toBe(
      "stopped at step 1,200, last evaluated at step 1,100; holds the adapter of step 600, its best",
    );
    expect(ended("finished", 60, [0, 50], { heldStep: 60 })).toBe("stopped at step 60, last evaluated at step 50");
  });

  it("is nothing where the run was evaluated at its end, trains nothing, or has not ended", () => {
    expect(ended("stopped", 40, [0, 40], { heldStep: 40 })).toBeNull();
    expect(ended("finished", 60, [0, 60], { heldStep: 60 })).toBeNull();
    expect(ended("finished", 0, [0], { heldStep: 0 })).toBeNull();
    expect(ended("running", 40, [0, 30])).toBeNull();
    expect(ended("failed", 40, [0, 30], { reason: "device lost" })).toBeNull();
  });

  it("says why a run finished early, and which adapter it holds", () => {
    const reason = "stopped early at step 50: the validation loss has not fallen";
    expect(ended("finished", 50, [0, 20, 50], { reason, heldStep: 20 })).toBe(
      `${reason}; holds the adapter of step 20, its best`,
    );
    expect(ended("finished", 50, [0, 20, 50], { reason, heldStep: 50 })).toBe(reason);
  });
});

describe("differences", () => {
  const described = (
    key: string,
    method: string,
    options: Record<string, unknown>,
    learningRate: number | null = 0.001,
  ) => ({
    key,
    configuration: { name: key, method, options },
    learningRate,
    defaults: method === "lora" ? { rank: 8, alpha: 16 } : { text: "t" },
  });

  it("says only what is not the same", () => {
    const found = differences([
      described("a", "lora", { rank: 8, alpha: 16 }),
      described("b", "lora", { rank: 4, alpha: 16 }),
      described("c", "sk-prefix", { text: "t" }, 0.01),
      described("d", "sk-prefix", { text: "other" }, 0.01),
    ]);
    expect(found.get("a")).toEqual([
      ["rank", 8],
      ["learning rate", 0.001],
    ]);
    expect(found.get("b")).toContainEqual(["rank", 4]);
    expect(found.get("d")).toContainEqual(["text", "other"]);
    expect(found.get("c")).toEqual([
      ["text", "t"],
      ["learning rate", 0.01],
    ]);
  });

  it("gives no learning rate to what trains nothing", () => {
    const found = differences([
      described("a", "lora", { rank: 8, alpha: 16 }),
      described("b", "lora", { rank: 8, alpha: 16 }, 0.01),
      described("c", "nearest-neighbours", {}, null),
    ]);
    expect(found.get("b")).toEqual([["learning rate", 0.01]]);
    expect(found.get("c")).toEqual([]);
  });

  it("shows an option that is not at its default even when nothing else has it", () => {
    const found = differences([
      described("a", "lora", { rank: 2, alpha: 16 }),
      described("c", "sk-prefix", { text: "t" }),
    ]);
    expect(found.get("a")).toEqual([["rank", 2]]);
    expect(found.get("c")).toEqual([]);
  });
});

describe("files", () => {
  it("writes every step and evaluation, quoted where needed", () => {
    const run = record('odd, "name"');
    addStep(run.curves, { ...step(run.name, 1, 0.25), keptTokens: 7, weightSum: 2.5 });
    // Of an earlier version, which counted none.
    addEvaluation(run.curves, evaluation(run.name, 1, 0.5, 0.75));
    const lines = metricsCsv(comparison([run])).split("\r\n");
    expect(lines).toEqual([
      "run,method,split,rows,step,epoch,loss,accuracy,f1,precision,recall,mcc,learning_rate,grad_norm,tokens,kept_tokens,weight_sum,seconds,flops,memory_bytes",
      '"odd, ""name""",lora,train,,1,0.01,0.25,,,,,,0.001,1,10,7,2.5,0.1,1000,115',
      '"odd, ""name""",lora,validation,10,1,,0.5,0.75,0.75,,,,,,10,,,0.1,1000,',
    ]);
    run.complete = { ...evaluation(run.name, 1, 0.5, 0.5), rows: 300, complete: true };
    run.test = { ...evaluation(run.name, 1, 0.5, 0.625), split: "test" };
    expect(metricsCsv(comparison([run])).split("\r\n")).toEqual([
      ...lines,
      '"odd, ""name""",lora,validation,300,1,,0.5,0.5,0.5,,,,,,10,,,0.1,,',
      '"odd, ""name""",lora,test,10,1,,0.5,0.625,0.625,,,,,,10,,,0.1,,',
    ]);
  });

  it("writes a run's name that a spreadsheet would compute as text, unless formulas are to stay", () => {
    const run = record("=1+1");
    addStep(run.curves, step(run.name, 1, -0.25));
    expect(metricsCsv(comparison([run])).split("\r\n")[1]).toMatch(/^"'=1\+1",lora,train,,1,0\.01,-0\.25,/);
    expect(metricsCsv(comparison([run]), "asTheyAre").split("\r\n")[1]).toMatch(/^=1\+1,lora,train,,1,0\.01,-0\.25,/);
  });

  it("names files so that every system takes them", () => {
    expect(fileName("SK-Prefix: Größe/2", "small llama")).toBe("sk-prefix-gro-e-2-small-llama");
  });
});
