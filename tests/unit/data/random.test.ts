import { describe, expect, it } from "vitest";
import { Random } from "../../../src/data/random";

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

describe("Random", () => {
  it("repeats by seed and stream, and differs between them", () => {
    expect(take(new Random(3, "a"), 20)).toEqual(take(new Random(3, "a"), 20));
    const firsts = [new Random(3), new Random(3, "a"), new Random(3, "b"), new Random(4), new Random(3 + 2 ** 32)].map(
      (random) => random.next(),
    );
    expect(new Set(firsts).size).toBe(firsts.length);
  });

  it("keeps its numbers from release to release: saved runs depend on them", () => {
    const random = new Random(0, "fixture");
    expect([random.next(), random.integer(1000), random.normal()]).toMatchInlineSnapshot(`
      [
        0.39525974986503765,
        305,
        0.12987664177996508,
      ]
    `);
  });

  it("is uniform in [0, 1) and normal with mean 0 and deviation 1", () => {
    const random = new Random(1);
    const uniform = take(random, 20_000);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 2);
    const normal = Array.from({ length: 20_000 }, () => random.normal());
    expect(Math.abs(mean(normal))).toBeLessThan(0.03);
    expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1);
    expect(mean(normal.map((value) => value ** 4))).toBeCloseTo(3, 0);
  });

  it("chooses every integer equally often, and shuffles every order equally often", () => {
    const random = new Random(2);
    const counts = new Array<number>(7).fill(0);
    for (let draw = 0; draw < 7000; draw++) counts[random.integer(7)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    const orders = new Map<string, number>();
    for (let draw = 0; draw < 6000; draw++) {
      const order = random.shuffle([1, 2, 3]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(6);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect([...random.shuffle(Int32Array.of(5, 6, 7, 8))].sort()).toEqual([5, 6, 7, 8]);
  });

  it("refuses seeds and counts that are not whole numbers", () => {
    for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => new Random(seed)).toThrow(RangeError);
    for (const count of [0, -1, 1.5]) expect(() => new Random(0).integer(count)).toThrow(RangeError);
  });
});
