import { describe, expect, it } from "vitest";
import {
  BatchStream,
  bucketLengths,
  createBatchArrays,
  fillBatch,
  type PlannedBatch,
  planBatches,
} from "../../../src/data/batches";
import { IGNORED_LABEL } from "../../../src/data/channels";
import { Random } from "../../../src/data/random";

/** Lengths as sentences have them: many short, a long tail. */
function sentenceLengths(count: number, most: number, seed = 5): number[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Math.min(most, Math.max(1, Math.round(Math.exp(3 + 0.6 * random.normal())))),
  );
}

const padded = (lengths: number[], buckets: number[]) =>
  lengths.reduce((sum, length) => sum + buckets.find((bucket) => length <= bucket)!, 0);

describe("bucketLengths", () => {
  it("wastes little with few shapes", () => {
    const lengths = sentenceLengths(2000, 128);
    const buckets = bucketLengths(lengths, 128);
    expect(buckets.length).toBeLessThanOrEqual(4);
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    for (const bucket of buckets) expect(bucket % 8).toBe(0);
    const real = lengths.reduce((sum, length) => sum + length, 0);
    expect(padded(lengths, buckets) / real).toBeLessThan(1.45);
    expect(padded(lengths, bucketLengths(lengths, 128, 1)) / real).toBeGreaterThan(3);
  });

  it("is as good as any choice of as many buckets", () => {
    for (const seed of [1, 2, 3]) {
      const lengths = sentenceLengths(60, 64, seed);
      const most = Math.ceil(Math.max(...lengths) / 8) * 8;
      let best = Number.POSITIVE_INFINITY;
      for (let a = 8; a <= most; a += 8) {
        for (let b = a; b <= most; b += 8) best = Math.min(best, padded(lengths, [a, b, most]));
      }
      const cost = padded(lengths, bucketLengths(lengths, 64, 3));
      expect(cost).toBeLessThanOrEqual(best / 0.97);
    }
  });

  it("never exceeds the maximum length and adds no bucket without need", () => {
    expect(bucketLengths([99, 100, 3], 100)).toEqual([8, 100]);
    expect(bucketLengths([17, 18, 20, 24], 128)).toEqual([24]);
    expect(bucketLengths(Int32Array.of(5), 6)).toEqual([6]);
    expect(() => bucketLengths([9], 8)).toThrow(/row 0 has 9 tokens; 1 to 8/);
    expect(() => bucketLengths([], 8)).toThrow(RangeError);
  });
});

describe("planBatches", () => {
  const lengths = sentenceLengths(203, 96);
  const buckets = bucketLengths(lengths, 96);
  const options = { lengths, batchSize: 8, buckets, seed: 11, shuffle: true };

  it("uses every row once, one short batch last, each row within its bucket", () => {
    const batches = planBatches({ ...options, epoch: 0 });
    expect(batches).toHaveLength(26);
    expect(batches.flatMap(({ rows }) => rows).sort((a, b) => a - b)).toEqual([...lengths.keys()]);
    expect(batches.map(({ rows }) => rows.length)).toEqual([...Array(25).fill(8), 3]);
    for (const { rows, bucket } of batches) {
      const longest = Math.max(...rows.map((row) => lengths[row]!));
      expect(bucket).toBe(buckets.find((candidate) => longest <= candidate));
    }
  });

  it("is the same for the same seed and epoch, and else another", () => {
    const batches = planBatches({ ...options, epoch: 2 });
    expect(planBatches({ ...options, epoch: 2 })).toEqual(batches);
    expect(planBatches({ ...options, epoch: 3 })).not.toEqual(batches);
    expect(planBatches({ ...options, seed: 12, epoch: 2 })).not.toEqual(batches);
  });

  it("pads less than plain shuffling does, with batches in random order", () => {
    const cost = (batches: PlannedBatch[]) => batches.reduce((sum, { rows, bucket }) => sum + rows.length * bucket, 0);
    const batches = planBatches({ ...options, epoch: 0 });
    const plain = planBatches({ ...options, lengths: new Random(1).shuffle([...lengths]), shuffle: false, epoch: 0 });
    expect(cost(batches)).toBeLessThan(0.75 * cost(plain));
    expect(cost(batches)).toBeLessThan(1.1 * padded(lengths, buckets));
    const order = batches.map(({ bucket }) => bucket);
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });

  it("keeps the file's order without shuffling", () => {
    const batches = planBatches({ ...options, shuffle: false, epoch: 4 });
    expect(batches.flatMap(({ rows }) => rows)).toEqual([...lengths.keys()]);
  });

  it("refuses a row longer than every bucket", () => {
    expect(() => planBatches({ ...options, buckets: [8], epoch: 0 })).toThrow(/longest bucket holds 8/);
  });
});

describe("BatchStream", () => {
  const options = { lengths: [3, 4, 5, 6, 7], batchSize: 2, buckets: [8], seed: 0, shuffle: true };

  it("goes on over epochs and says how far it is", () => {
    const stream = new BatchStream(options);
    const batches = Array.from({ length: 6 }, () => stream.next());
    expect(batches.map(({ epoch }) => epoch)).toEqual([1 / 3, 2 / 3, 1, 4 / 3, 5 / 3, 2]);
    for (const epoch of [batches.slice(0, 3), batches.slice(3)]) {
      expect(epoch.flatMap(({ rows }) => rows).sort()).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it("continues where another stopped", () => {
    const whole = new BatchStream(options);
    const batches = Array.from({ length: 9 }, () => whole.next());
    const rest = new BatchStream(options, 4);
    expect(Array.from({ length: 5 }, () => rest.next())).toEqual(batches.slice(4));
  });

  it("refuses no rows and no batch size", () => {
    expect(() => new BatchStream({ ...options, lengths: [] })).toThrow(RangeError);
    expect(() => new BatchStream({ ...options, batchSize: 0 })).toThrow(/batch size: 0/);
  });
});

describe("fillBatch", () => {
  const examples = [
    { ids: Int32Array.of(1, 2, 3), labels: Int32Array.of(1) },
    { ids: Int32Array.of(4), labels: Int32Array.of(0) },
  ];

  it("writes ids, lengths and labels, and fills a short batch with ignored rows", () => {
    const arrays = createBatchArrays(3, 4);
    arrays.inputIds.fill(77);
    expect(fillBatch(examples, { rows: [1, 0], bucket: 4 }, 9, arrays)).toBe(4);
    expect([...arrays.inputIds]).toEqual([4, 9, 9, 9, 1, 2, 3, 9, 9, 9, 9, 9]);
    expect([...arrays.lengths]).toEqual([1, 3, 1]);
    expect([...arrays.channels.labels!]).toEqual([0, 1, IGNORED_LABEL]);
    expect(fillBatch(examples, { rows: [0], bucket: 4 }, 9, arrays)).toBe(3);
    expect([...arrays.channels.labels!]).toEqual([1, IGNORED_LABEL, IGNORED_LABEL]);
  });

  it("refuses arrays of another shape", () => {
    const arrays = createBatchArrays(1, 8);
    expect(() => fillBatch(examples, { rows: [0, 1], bucket: 8 }, 0, arrays)).toThrow(/2 rows of 8 tokens/);
    expect(() => fillBatch(examples, { rows: [0], bucket: 4 }, 0, arrays)).toThrow(/1 rows of 4 tokens/);
  });
});
