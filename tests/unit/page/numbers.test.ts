import { describe, expect, it } from "vitest";
import * as format from "../../../src/page/numbers";

/** The no-break space between number and unit, written as a plain one. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("numbers as people read them", () => {
  it("gives bytes three digits and a decimal unit", () => {
    const cases: [number, string][] = [
      [0, "0 B"],
      [999, "999 B"],
      [1000, "1.00 kB"],
      [17_240_000, "17.2 MB"],
      [999_999, "1.00 MB"],
      [1_380_000_000, "1.38 GB"],
      [2_147_483_648, "2.15 GB"],
    ];
    for (const [bytes, text] of cases) expect(plain(format.formatBytes(bytes))).toBe(text);
    expect(format.formatBytes(null)).toBe("–");
  });

  it("gives floating-point operations three digits and a decimal unit", () => {
    const cases: [number, string][] = [
      [0, "0 FLOP"],
      [999_999, "1.00 MFLOP"],
      [1.38e15, "1.38 PFLOP"],
      [2.5e21, "2500 EFLOP"],
    ];
    for (const [count, text] of cases) expect(plain(format.formatFlops(count))).toBe(text);
    expect(format.formatFlops(Number.NaN)).toBe("–");
    expect(format.formatTick(2.5e12)).toBe("2.5T");
    expect(format.formatTick(2e15)).toBe("2P");
  });

  it("gives durations in the unit one would say", () => {
    const cases: [number, string][] = [
      [0.012, "12.0 ms"],
      [0.84, "840 ms"],
      [0.9999, "1.0 s"],
      [12.44, "12.4 s"],
      [59.97, "1 min 00 s"],
      [70, "1 min 10 s"],
      [3599.6, "1 h 00 min"],
      [7500, "2 h 05 min"],
    ];
    for (const [seconds, text] of cases) expect(plain(format.formatDuration(seconds))).toBe(text);
  });

  it("keeps losses honest", () => {
    expect(format.formatLoss(0.43214)).toBe("0.4321");
    expect(format.formatLoss(0.00042)).toBe("4.20e-4");
    expect(format.formatLoss(0)).toBe("0.0000");
    expect(format.formatLoss(12.34567)).toBe("12.346");
    expect(format.formatLoss(1227.4754)).toBe("1,227");
    expect(format.formatLoss(3.2e30)).toBe("3.20e+30");
    expect(format.formatLoss(Number.NaN)).toBe("not a number");
    expect(format.formatLoss(null)).toBe("–");
  });

  it("writes shares, counts, rates and settings", () => {
    expect(plain(format.formatPercent(0.9124))).toBe("91.2 %");
    expect(plain(format.formatSmallPercent(0.00421))).toBe("0.0042 %");
    expect(plain(format.formatSmallPercent(12.34))).toBe("12 %");
    expect(format.formatCount(1_234_567)).toBe("1,234,567");
    expect(plain(format.formatPlural(1, "row"))).toBe("1 row");
    expect(plain(format.formatPlural(2000, "row"))).toBe("2,000 rows");
    expect(format.formatParameters(799_584)).toBe("799,584");
    expect(plain(format.formatParameters(8_400_000))).toBe("8.40 M");
    expect(plain(format.formatRate(6.21, "step"))).toBe("6.2 steps/s");
    expect(plain(format.formatRate(1240, "token"))).toBe("1,240 tokens/s");
    expect(plain(format.formatRate(0.05, "step"))).toBe("20.0 s per step");
    expect(format.formatSetting(["q_proj", "v_proj"])).toBe("q_proj, v_proj");
    expect(format.formatSetting(null)).toBe("none");
    expect(format.formatTick(12_500)).toBe("12.5k");
    expect(format.formatTick(0.30000000000000004)).toBe("0.3");
  });

  it("ticks that would read alike have all their digits", () => {
    expect(format.formatTicks([0, 5000, 10_000])).toEqual(["0", "5000", "10k"]);
    expect(format.formatTicks([0.99998, 1, 1.00002])).toEqual(["0.99998", "1", "1.00002"]);
  });
});
