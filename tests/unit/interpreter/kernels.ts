/**
 * What the backward kernels under `shaders/` compute, in float64 and by their definitions. Not a
 * test of the WGSL (`tests/kernels`): these stand in for it where only the plan is in question.
 */

import { errorFunction } from "./error-function";

type Bindings = Readonly<Record<string, Float64Array>>;
type Numbers = Readonly<Record<string, number>>;
type Compute = (bindings: Bindings, sizes: Numbers, options: Numbers) => void;

/**
 * Writes or adds to an output. Writing outside of it is an error, as it is for a GPU that checks
 * bounds.
 */
function store(out: Float64Array, index: number, value: number, options: Numbers): void {
  if (!(index < out.length)) throw new RangeError(`A kernel writes element ${index} of ${out.length}.`);
  out[index] = options.ACCUMULATE === 1 ? out[index]! + value : value;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** f(x) and f'(x) by the kernels' KIND. */
function activation(kind: number, x: number): [number, number] {
  if (kind === 0) return x > 0 ? [x, 1] : [0, 0];
  if (kind === 1) {
    const share = 0.5 * (1 + errorFunction(x * Math.SQRT1_2));
    return [x * share, share + x * Math.exp(-0.5 * x * x) * (Math.SQRT1_2 / Math.sqrt(Math.PI))];
  }
  if (kind === 2) {
    const slope = Math.sqrt(2 / Math.PI);
    const inner = Math.tanh(slope * (x + 0.044715 * x ** 3));
    const derivative = (1 - inner * inner) * slope * (1 + 3 * 0.044715 * x * x);
    return [0.5 * x * (1 + inner), 0.5 * (1 + inner) + 0.5 * x * derivative];
  }
  if (kind === 3) return [x * sigmoid(x), sigmoid(x) * (1 + x * (1 - sigmoid(x)))];
  if (kind === 4) return [Math.tanh(x), 1 - Math.tanh(x) ** 2];
  if (kind === 5) return [sigmoid(x), sigmoid(x) * (1 - sigmoid(x))];
  throw new Error(`The interpreter has no activation of KIND ${kind}.`);
}

/**
 * Calls back for every head, query and key that is visible, with the places of a cell, a query and
 * a key.
 */
function attend(
  { batch, queries, keys, heads, keyValueHeads, headSize }: Numbers,
  { CAUSAL }: Numbers,
  visit: (cell: number, query: number, key: number, visible: boolean) => void,
): void {
  for (let b = 0; b < batch!; b++) {
    for (let head = 0; head < heads!; head++) {
      const keyHead = Math.floor(head / (heads! / keyValueHeads!));
      for (let i = 0; i < queries!; i++) {
        for (let j = 0; j < keys!; j++) {
          const cell = ((b * heads! + head) * queries! + i) * keys! + j;
          const query = ((b * queries! + i) * heads! + head) * headSize!;
          const key = ((b * keys! + j) * keyValueHeads! + keyHead) * headSize!;
          visit(cell, query, key, CAUSAL !== 1 || j <= i + keys! - queries!);
        }
      }
    }
  }
}

/** Replaces `out` (or adds to it) by what `fill` sums up in an array of that length. */
function sumInto(out: Float64Array, length: number, options: Numbers, fill: (sum: Float64Array) => void): void {
  const sum = new Float64Array(length);
  fill(sum);
  sum.forEach((value, index) => void store(out, index, value, options));
}

/**
 * Where the factor of a column is: with SHARED both columns of a pair, which are `half` apart, have
 * one.
 */
const factorPlace = (half: number, { SHARED }: Numbers) =>
  SHARED ? (column: number) => Math.floor(column / (2 * half)) * half + (column % half) : (column: number) => column;

export const kernels: Readonly<Record<string, Compute>> = {
  matmul({ a, b, out }, { rows, columns, inner, alpha }, options) {
    const [left, right, terms] = [a!, b!, inner!];
    const [ofRow, ofLeft] = options.TRANSPOSE_A ? [1, rows!] : [terms, 1];
    const [ofColumn, ofRight] = options.TRANSPOSE_B ? [terms, 1] : [1, columns!];
    for (let row = 0; row < rows!; row++) {
      for (let column = 0; column < columns!; column++) {
        let sum = 0;
        for (let k = 0; k < terms; k++) {
          sum += left[row * ofRow + k * ofLeft]! * right[column * ofColumn + k * ofRight]!;
        }
        store(out!, row * columns! + column, alpha! * sum, options);
      }
    }
  },
  "add-scaled"({ x, out }, { count, alpha }, options) {
    for (let i = 0; i < count!; i++) store(out!, i, alpha! * x![i]!, options);
  },
  "add-row"({ row, out }, { rows, width }) {
    for (let i = 0; i < rows! * width!; i++) out![i]! += row![i % width!]!;
  },
  "gather-rows"({ x, indexes, out }, { start, rows, width }) {
    for (let i = 0; i < rows! * width!; i++) {
      const from = indexes![start! + Math.floor(i / width!)]!;
      out![i] = from < 0 ? 0 : x![from * width! + (i % width!)]!;
    }
  },
  "scatter-rows"({ x, indexes, out }, { start, rows, width }) {
    for (let i = 0; i < rows! * width!; i++) {
      const to = indexes![start! + Math.floor(i / width!)]!;
      if (to >= 0) out![to * width! + (i % width!)] = x![i]!;
    }
  },
  "language-loss"({ logits, indexes, labels, shares, losses, predictions }, { start, rows, vocabulary, cap }) {
    for (let r = 0; r < rows!; r++) {
      const own = logits!.subarray(r * vocabulary!, (r + 1) * vocabulary!);
      const position = indexes![start! + r]!;
      if (position < 0) {
        own.fill(0);
        continue;
      }
      const label = labels![position]!;
      const largest = own.reduce((most, logit) => Math.max(most, logit), -Infinity);
      const sum = own.reduce((total, logit) => total + Math.exp(logit - largest), 0);
      losses![position] = Math.log(sum) + largest - own[label]!;
      predictions![position] = own.indexOf(largest);
      own.forEach((logit, c) => {
        const bent = cap! > 0 ? 1 - (logit / cap!) ** 2 : 1;
        own[c] = (Math.exp(logit - largest) / sum - (c === label ? 1 : 0)) * shares![position]! * bent;
      });
    }
  },
  "label-shares"({ labels, weights, shares }, { count, span }, { WEIGHTED }) {
    const own = Array.from({ length: count! }, (_, i) => {
      if (labels![i]! < 0) return 0;
      return WEIGHTED ? weights![Math.floor(i / span!)]! : 1;
    });
    const total = own.reduce((sum, weight) => sum + weight, 0);
    own.forEach((weight, i) => {
      shares![i] = total > 0 ? weight / total : 0;
    });
  },
  "context-shares"(
    { labels, weights, meanShares, shares, promptShares },
    { rows, tokens, columns, count },
    { WEIGHTED },
  ) {
    const own = Array.from(labels!, (label, i) => (label < 0 ? 0 : WEIGHTED ? weights![i]! : 1));
    const means = Array.from({ length: rows! }, (_, row) => {
      const places = [...own.keys()].slice(row * tokens!, (row + 1) * tokens!).filter((i) => labels![i]! >= 0);
      return places.reduce((sum, i) => sum + own[i]! / places.length, 0);
    });
    const context = count! * means.reduce((sum, mean) => sum + mean, 0);
    const all = own.reduce((sum, weight) => sum + weight, 0) + context;
    for (let i = 0; i < rows! * tokens!; i++) shares![i] = own[i]! / all;
    for (let column = 0; column < columns!; column++) {
      promptShares![column] = (meanShares![column]! * context) / all;
    }
  },
  "cross-entropy"({ logits, labels, shares, rowLoss, out }, { rows, classes }) {
    for (let r = 0; r < rows!; r++) {
      const own = logits!.subarray(r * classes!, (r + 1) * classes!);
      const label = labels![r]!;
      const sum = own.reduce((total, logit) => total + Math.exp(logit), 0);
      rowLoss![r] = label < 0 ? 0 : Math.log(sum) - own[label]!;
      own.forEach((logit, c) => {
        out![r * classes! + c] = (Math.exp(logit) / sum - (c === label ? 1 : 0)) * shares![r]!;
      });
    }
  },
  "value-loss"(
    { logits, values, positiveWeights, labels, shares, rowLoss, out },
    { rows, classes },
    { SQUARED, WEIGHTED },
  ) {
    for (let r = 0; r < rows!; r++) {
      rowLoss![r] = 0;
      for (let i = r * classes!; i < (r + 1) * classes!; i++) {
        const [logit, value] = [logits![i]!, values![i]!];
        const probability = 1 / (1 + Math.exp(-logit));
        const weight = WEIGHTED ? positiveWeights![i]! : 1;
        const entropy = -weight * value * Math.log(probability) - (1 - value) * Math.log(1 - probability);
        const slope = (1 - value) * probability - weight * value * (1 - probability);
        rowLoss![r]! += labels![r]! < 0 ? 0 : (SQUARED ? (logit - value) ** 2 : entropy) / classes!;
        out![i] = (shares![r]! / classes!) * (SQUARED ? 2 * (logit - value) : slope);
      }
    }
  },
  "mean-loss"({ losses, shares, stepFigures }, { rows, place }) {
    const counted = [...shares!.subarray(0, rows!).keys()].filter((row) => shares![row] !== 0);
    stepFigures![place!] = counted.reduce((sum, row) => sum + shares![row]! * losses![row]!, 0);
  },
  "column-sum"({ x, out }, { rows, width }, options) {
    sumInto(out!, width!, options, (sum) => {
      for (let i = 0; i < rows! * width!; i++) sum[i % width!]! += x![i]!;
    });
  },
  "column-product-sum"({ x, y, out }, { rows, width }, options) {
    sumInto(out!, width!, options, (sum) => {
      for (let i = 0; i < rows! * width!; i++) sum[i % width!]! += x![i]! * y![i]!;
    });
  },
  "scale-columns"({ x, weight, out }, { rows, width }, options) {
    for (let i = 0; i < rows! * width!; i++) store(out!, i, x![i]! * weight![i % width!]!, options);
  },
  "cut-columns"({ x, out }, { rows, width, inWidth, start }) {
    for (let i = 0; i < rows! * width!; i++) out![i] = x![Math.floor(i / width!) * inWidth! + start! + (i % width!)]!;
  },
  "place-columns"({ x, out }, { rows, width, outWidth, start }, options) {
    for (let i = 0; i < rows! * width!; i++) {
      store(out!, Math.floor(i / width!) * outWidth! + start! + (i % width!), x![i]!, options);
    }
  },
  "activation-backward"({ x, outputGradient, out }, { count }, options) {
    for (let i = 0; i < count!; i++) {
      store(out!, i, outputGradient![i]! * activation(options.KIND!, x![i]!)[1], options);
    }
  },
  "gated-activation-backward"({ gate, up, outputGradient, gateGradient, upGradient }, { count }, { KIND }) {
    for (let i = 0; i < count!; i++) {
      const [value, derivative] = activation(KIND!, gate![i]!);
      store(gateGradient!, i, outputGradient![i]! * up![i]! * derivative, {});
      store(upGradient!, i, outputGradient![i]! * value, {});
    }
  },
  "norm-backward"({ x, weight, outputGradient, out }, { rows, width, epsilon }, options) {
    for (let row = 0; row < rows!; row++) {
      const columns = Array.from({ length: width! }, (_, c) => row * width! + c);
      const mean = (of: (i: number, c: number) => number) => columns.reduce((sum, i, c) => sum + of(i, c), 0) / width!;
      const centre = (of: (i: number, c: number) => number) => (options.CENTERED === 1 ? mean(of) : 0);
      const middle = centre((i) => x![i]!);
      const deviation = Math.sqrt(mean((i) => (x![i]! - middle) ** 2) + epsilon!);
      const normed = (i: number) => (x![i]! - middle) / deviation;
      const gradient = (i: number, c: number) => outputGradient![i]! * weight![c]!;
      const [first, second] = [centre(gradient), mean((i, c) => gradient(i, c) * normed(i))];
      columns.forEach((i, c) => {
        store(out!, i, (gradient(i, c) - first - normed(i) * second) / deviation, options);
      });
    }
  },
  "normalize-rows"({ x, out }, { rows, width, epsilon }, { CENTERED }) {
    for (let row = 0; row < rows!; row++) {
      const values = x!.subarray(row * width!, (row + 1) * width!);
      const mean = CENTERED === 1 ? values.reduce((sum, value) => sum + value / width!, 0) : 0;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2 / width!, 0);
      values.forEach((value, c) => {
        store(out!, row * width! + c, (value - mean) / Math.sqrt(squares + epsilon!), {});
      });
    }
  },
  "rope-backward"({ cosine, sine, outputGradient, out }, sizes, options) {
    const { rows, tokens, heads, headSize, rotarySize, offset } = sizes;
    const half = rotarySize! / 2;
    for (let i = 0; i < rows! * heads! * headSize!; i++) {
      const element = i % headSize!;
      const position = offset! + (Math.floor(i / (heads! * headSize!)) % tokens!);
      const angle = position * half + (element % half);
      const own = outputGradient![i]!;
      const turned =
        element < half
          ? own * cosine![angle]! + outputGradient![i + half]! * sine![angle]!
          : own * cosine![angle]! - outputGradient![i - half]! * sine![angle]!;
      store(out!, i, element < rotarySize! ? turned : own, options);
    }
  },
  "rotate-pairs-backward"({ along, across, outputGradient, out }, { rows, width, half }, options) {
    const place = factorPlace(half!, options);
    for (let i = 0; i < rows! * width!; i++) {
      const column = i % width!;
      const step = column % (2 * half!) < half! ? half! : -half!;
      const crossed = across![place(column + step)]! * outputGradient![i + step]!;
      store(out!, i, along![place(column)]! * outputGradient![i]! + Math.sign(step) * crossed, options);
    }
  },
  "rotate-pairs-factors"({ x, outputGradient, out }, { rows, width, half }, options) {
    const place = factorPlace(half!, options);
    sumInto(out!, options.SHARED ? width! / 2 : width!, options, (sum) => {
      for (let i = 0; i < rows! * width!; i++) {
        const step = (i % width!) % (2 * half!) < half! ? half! : -half!;
        const factor = options.TURNED ? -Math.sign(step) * x![i + step]! : x![i]!;
        sum[place(i % width!)]! += factor * outputGradient![i]!;
      }
    });
  },
  "prepend-backward-front"({ outputGradient, out }, { batch, prefixLength, tokens, width }, options) {
    sumInto(out!, prefixLength! * width!, options, (sum) => {
      for (let b = 0; b < batch!; b++) {
        for (let i = 0; i < sum.length; i++) sum[i]! += outputGradient![b * (prefixLength! + tokens!) * width! + i]!;
      }
    });
  },
  "prepend-backward-rows"({ outputGradient, out }, { batch, prefixLength, tokens, width }, options) {
    for (let i = 0; i < batch! * tokens! * width!; i++) {
      const row = Math.floor(i / (tokens! * width!));
      store(out!, i, outputGradient![i + (row + 1) * prefixLength! * width!]!, options);
    }
  },
  "own-tokens-backward"({ outputGradient, out }, { batch, all, prefixLength, tokens, width }, options) {
    for (let i = 0; i < batch! * all! * width!; i++) {
      const row = Math.floor(i / width!);
      const [b, token] = [Math.floor(row / all!), (row % all!) - prefixLength!];
      const own = token >= 0 && token < tokens!;
      store(out!, i, own ? outputGradient![(b * tokens! + token) * width! + (i % width!)]! : 0, options);
    }
  },
  "insert-backward-rows"({ lengths, outputGradient, out }, { batch, tokens, count, width }, options) {
    for (let i = 0; i < batch! * tokens! * width!; i++) {
      const row = Math.floor(i / width!);
      const [b, token] = [Math.floor(row / tokens!), row % tokens!];
      const place = b * (tokens! + count!) + token + (token >= lengths![b]! ? count! : 0);
      store(out!, i, outputGradient![place * width! + (i % width!)]!, options);
    }
  },
  "insert-backward-inserted"({ lengths, outputGradient, out }, { batch, tokens, count, width }, options) {
    sumInto(out!, count! * width!, options, (sum) => {
      for (let b = 0; b < batch!; b++) {
        const start = (b * (tokens! + count!) + lengths![b]!) * width!;
        for (let i = 0; i < sum.length; i++) sum[i]! += outputGradient![start + i]!;
      }
    });
  },
  "pick-rows-backward"({ lengths, outputGradient, out }, { batch, tokens, prefixLength, width }, options) {
    for (let i = 0; i < batch! * tokens! * width!; i++) {
      const row = Math.floor(i / width!);
      const b = Math.floor(row / tokens!);
      const picked = row % tokens! === prefixLength! + lengths![b]! - 1;
      store(out!, i, picked ? outputGradient![b * width! + (i % width!)]! : 0, options);
    }
  },
  "embed-backward"({ ids, outputGradient, out }, { rows, vocabulary, width }, options) {
    sumInto(out!, vocabulary! * width!, options, (sum) => {
      for (let i = 0; i < rows! * width!; i++) {
        const [word, column] = [ids![Math.floor(i / width!)]!, i % width!];
        sum[options.TRANSPOSED ? column * vocabulary! + word : word * width! + column]! += outputGradient![i]!;
      }
    });
  },
  "gather-sum"({ x, places, out }, { rows, count, length }, options) {
    for (let row = 0; row < rows!; row++) {
      let sum = 0;
      for (let j = 0; j < count!; j++) {
        const place = places![row * count! + j]!;
        if (place < length!) sum += x![place]!;
      }
      store(out!, row, sum, options);
    }
  },
  "mean-rows-backward"({ lengths, outputGradient, out }, { batch, tokens, prefixLength, width }, options) {
    for (let i = 0; i < batch! * tokens! * width!; i++) {
      const row = Math.floor(i / width!);
      const b = Math.floor(row / tokens!);
      const token = (row % tokens!) - prefixLength!;
      const all = options.COUNT_PREFIX === 1;
      const counts = (all || token >= 0) && token < lengths![b]!;
      const count = lengths![b]! + (all ? prefixLength! : 0);
      store(out!, i, counts ? outputGradient![b * width! + (i % width!)]! / count : 0, options);
    }
  },
  "attention-scores"({ query, key, scores }, sizes, options) {
    // Cells that are not visible keep what they held: whoever reads them finds out.
    attend(sizes, options, (cell, q, k, visible) => {
      if (!visible) return;
      let sum = 0;
      for (let d = 0; d < sizes.headSize!; d++) sum += query![q + d]! * key![k + d]!;
      store(scores!, cell, sizes.scale! * sum, {});
    });
  },
  "attention-bias"({ bias, scores }, sizes, options) {
    const each = { ...sizes, keyValueHeads: 1, headSize: 1 };
    const { keys, queries, heads, batchStep, headStep, queryStep } = sizes as Record<string, number>;
    attend(each, options, (cell, _q, _k, visible) => {
      const row = Math.floor(cell / keys!);
      const head = Math.floor(row / queries!) % heads!;
      const sequence = Math.floor(row / queries! / heads!);
      const place = sequence * batchStep! + head * headStep! + (row % queries!) * queryStep! + (cell % keys!);
      if (visible) store(scores!, cell, scores![cell]! + bias![place]!, {});
    });
  },
  "attention-soft-cap"({ scores }, sizes, options) {
    attend({ ...sizes, keyValueHeads: 1, headSize: 1 }, options, (cell, _q, _k, visible) => {
      if (visible) store(scores!, cell, sizes.cap! * Math.tanh(scores![cell]! / sizes.cap!), {});
    });
  },
  "attention-soft-cap-backward"({ scores, gradient }, sizes, options) {
    attend({ ...sizes, keyValueHeads: 1, headSize: 1 }, options, (cell, _q, _k, visible) => {
      const bent = Math.tanh(scores![cell]! / sizes.cap!);
      if (visible) store(gradient!, cell, gradient![cell]! * (1 - bent * bent), {});
    });
  },
  "attention-softmax"({ scores }, sizes, options) {
    const totals = new Map<number, number>();
    const largest = new Map<number, number>();
    attend(sizes, options, (cell, _q, _k, visible) => {
      const row = Math.floor(cell / sizes.keys!);
      if (visible) largest.set(row, Math.max(largest.get(row) ?? -Infinity, scores![cell]!));
    });
    attend(sizes, options, (cell, _q, _k, visible) => {
      const row = Math.floor(cell / sizes.keys!);
      const power = visible ? Math.exp(scores![cell]! - largest.get(row)!) : 0;
      store(scores!, cell, power, {});
      totals.set(row, (totals.get(row) ?? 0) + power);
    });
    attend(sizes, options, (cell) => {
      scores![cell]! /= totals.get(Math.floor(cell / sizes.keys!))!;
    });
  },
  "attention-softmax-backward"({ probabilities, gradient }, sizes, options) {
    const sums = new Map<number, number>();
    attend(sizes, options, (cell, _q, _k, visible) => {
      const row = Math.floor(cell / sizes.keys!);
      if (visible) sums.set(row, (sums.get(row) ?? 0) + probabilities![cell]! * gradient![cell]!);
    });
    attend(sizes, options, (cell, _q, _k, visible) => {
      const sum = sums.get(Math.floor(cell / sizes.keys!))!;
      const value = visible ? sizes.scale! * probabilities![cell]! * (gradient![cell]! - sum) : 0;
      store(gradient!, cell, value, {});
    });
  },
  "attention-query-gradient"({ scoreGradient, key, out }, sizes, options) {
    const { batch, queries, heads, headSize } = sizes;
    sumInto(out!, batch! * queries! * heads! * headSize!, options, (sum) => {
      attend(sizes, options, (cell, q, k, visible) => {
        if (!visible) return;
        for (let d = 0; d < headSize!; d++) sum[q + d]! += scoreGradient![cell]! * key![k + d]!;
      });
    });
  },
  "attention-key-value-gradient"({ weights, x, out }, sizes, options) {
    const { batch, keys, keyValueHeads, headSize } = sizes;
    sumInto(out!, batch! * keys! * keyValueHeads! * headSize!, options, (sum) => {
      attend(sizes, options, (cell, q, k, visible) => {
        if (!visible) return;
        for (let d = 0; d < headSize!; d++) sum[k + d]! += weights![cell]! * x![q + d]!;
      });
    });
  },
};
