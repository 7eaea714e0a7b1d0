/** The report's charts: where lines, bands and names stand. */

import { describe, expect, test } from "vitest";
import { type Chart, type ChartLine, drawChart } from "../../../src/report/chart";
import { reportCharts } from "../../../src/report/curves";
import { reportFacts, reportRun } from "./facts";

const drawn = (lines: ChartLine[], width = 860, levels: Chart["levels"] = []) =>
  drawChart(
    {
      title: "Loss",
      xTitle: "step",
      yTitle: "loss",
      format: String,
      limits: [0, Number.POSITIVE_INFINITY],
      lines,
      levels,
    },
    width,
  ).text;

const line = (name: string, look: number, ...ys: number[]): ChartLine => ({
  ...{ name, look, band: [], level: false },
  points: ys.map((y, x) => ({ x, y })),
});

const namesOf = (svg: string) =>
  [...svg.matchAll(/<text class="name" x="([\d.]+)" y="([\d.]+)">([^<]*)/g)].map(([, x, y, name]) => ({
    name: name!,
    x: Number(x),
    y: Number(y),
  }));

describe("a chart", () => {
  test("names every line at its end, none over another, however many end alike", () => {
    for (const count of [2, 12, 40]) {
      const svg = drawn(Array.from({ length: count }, (_, index) => line(`run ${index}`, index, 1, 0.5)));
      const names = namesOf(svg).sort((one, other) => one.y - other.y);
      expect(names).toHaveLength(count);
      for (const [index, { y }] of names.entries()) {
        if (index > 0) expect(y - names[index - 1]!.y).toBeGreaterThanOrEqual(14.9);
      }
      const height = Number(svg.match(/viewBox="0 0 860 ([\d.]+)"/)![1]);
      expect(names.at(-1)!.y).toBeLessThan(height);
      expect(names[0]!.y).toBeGreaterThan(0);
    }
  });

  test("keeps to its width, on a phone too, and shortens what would not fit", () => {
    const svg = drawn([line("A run whose name is far too long for a phone's screen", 0, 1, 2)], 360);
    const { name, x } = namesOf(svg)[0]!;
    expect(name).toMatch(/…$/);
    expect(x + name.length * 6.6).toBeLessThanOrEqual(360);
    expect(svg).toContain("<title>A run whose name is far too long for a phone&#39;s screen</title>");
  });

  test("draws a line's points to scale", () => {
    const svg = drawn([line("run", 0, 0, 1, 4)]);
    const path = svg.match(/class="line" d="([^"]*)"/)![1]!;
    const points = [...path.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
    expect(points).toHaveLength(3);
    const [[x0, y0], [x1, y1], [x2, y2]] = points as [(typeof points)[0], (typeof points)[0], (typeof points)[0]];
    expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
    // Upwards is less: from 1 to 4 is three times as far as from 0 to 1.
    expect((y1 - y2) / (y0 - y1)).toBeCloseTo(3, 1);
  });

  test("has a named line across for each level, within its axis, and says it in words", () => {
    const svg = drawn([line("run", 0, 0.5, 0.6)], 860, [
      { title: "always ham", value: 0.9 },
      { title: "chance", value: 0.1 },
    ]);
    const guesses = [...svg.matchAll(/class="guess" x1="[\d.]+" x2="[\d.]+" y1="([\d.]+)" y2="([\d.]+)"/g)];
    const heights = guesses.map(([, from, to]) => [Number(from), Number(to)]);
    expect(heights).toHaveLength(2);
    for (const [from, to] of heights) expect(from).toBe(to);
    // Higher values stand higher, and both within the plot.
    expect(heights[0]![0]).toBeLessThan(heights[1]![0]!);
    expect(heights[0]![0]).toBeGreaterThanOrEqual(30);
    expect(heights[1]![0]).toBeLessThanOrEqual(260);
    expect(svg).toContain('aria-label="Loss. run from 0.5 to 0.6; always ham 0.9; chance 0.1."');
    expect([...svg.matchAll(/class="name guess-name"[^>]*>([^<]*)/g)].map(([, name]) => name)).toEqual([
      ...["always ham", "chance"],
    ]);
  });

  test("of one point, of equal values and of none is no chart of NaN", () => {
    for (const lines of [[line("run", 0, 1)], [line("run", 0, 2, 2)], [line("run", 0)], []]) {
      expect(drawn(lines)).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});

describe("lines", () => {
  test("are means over seeds at the steps that all have, with one standard deviation", () => {
    const seed = (name: string, accuracy: number) =>
      reportRun(name, {
        group: "LoRA",
        curves: { steps: [], evaluations: [0, 2].map((step) => ({ step, seconds: 0, loss: 1, accuracy })) },
      });
    const [chart] = reportCharts(reportFacts({ runs: [seed("LoRA (seed 0)", 0.4), seed("LoRA (seed 1)", 0.6)] }));
    expect(chart!.lines).toHaveLength(1);
    const [{ name, points, band }] = chart!.lines as [ChartLine];
    expect(name).toBe("LoRA");
    expect(points).toEqual([
      { x: 0, y: 0.5 },
      { x: 2, y: 0.5 },
    ]);
    expect(band[0]!.high - band[0]!.low).toBeCloseTo(2 * Math.SQRT2 * 0.1, 10);
    expect(chart!.caption).toContain("means over seeds");
  });

  test("of losses are of runs that steps train; others are level lines of the metric", () => {
    const untrained = reportRun("Majority", {
      ...{ steps: 0, test: null },
      curves: { steps: [], evaluations: [{ step: 0, seconds: 0, loss: 1.4, accuracy: 0.3 }] },
    });
    const [accuracy, loss] = reportCharts(reportFacts({ runs: [reportRun("LoRA"), untrained] }));
    expect(accuracy!.lines.map(({ name, level }) => [name, level])).toEqual([
      ["LoRA", false],
      ["Majority", true],
    ]);
    expect(loss!.lines.map(({ name }) => name)).toEqual(["LoRA"]);
    // The verdict is of the test rows, so that these are by the labels' counts.
    expect(accuracy!.levels).toEqual([
      { title: "always ill", value: 0.75 },
      { title: "chance", value: expect.closeTo(0.75 * 0.75 + 0.25 * 0.25, 12) },
    ]);
    expect(accuracy!.caption).toContain("Grey lines are what guessing comes to.");
    expect(loss!.levels).toEqual([]);
  });

  test("of many steps are means of neighbouring ones, without what is no number", () => {
    const steps = Array.from({ length: 600 }, (_, index) => ({
      ...{ step: index + 1, epoch: 0, learningRate: 0, gradNorm: 0, tokens: 0, seconds: 0 },
      loss: index === 0 ? Number.NaN : index + 1,
    }));
    const [, , training] = reportCharts(
      reportFacts({
        runs: [reportRun("LoRA", { steps: 600, curves: { steps, evaluations: reportRun("x").curves.evaluations } })],
      }),
    );
    const { points } = training!.lines[0]!;
    expect(points).toHaveLength(59);
    expect(points[0]).toEqual({ x: 20, y: 15.5 });
    expect(training!.caption).toBe("Each point is the mean of 10 steps.");
  });
});
