/**
 * The numbers that torch's CPU generator draws, so that a key gives the matrices PEFT makes from
 * it, and a seed the halves that Python draws. The algorithm is MT19937 (Matsumoto and Nishimura
 * 1998); a float32 in [0, 1) is the low 24 bits of an output, as `Tensor.uniform_` takes them. Not
 * for chance elsewhere: that is `random.ts`.
 */

const SIZE = 624;
const SHIFT = 397;

export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** `seed`: a whole number from 0; its low 32 bits count, as in torch. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let index = 1; index < SIZE; index++) {
      const before = state[index - 1]! ^ (state[index - 1]! >>> 30);
      state[index] = Math.imul(1812433253, before) + index;
    }
  }

  /** The next output, 32 bits. */
  next(): number {
    if (this.#next === SIZE) this.#twist();
    let bits = this.#state[this.#next++]!;
    bits ^= bits >>> 11;
    bits ^= (bits << 7) & 0x9d2c5680;
    bits ^= (bits << 15) & 0xefc60000;
    return (bits ^ (bits >>> 18)) >>> 0;
  }

  /** `count` float32 numbers in [0, 1), as `torch.rand`. */
  units(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => (this.next() & 0xffffff) / 2 ** 24);
  }

  /** `count` float32 numbers in [−bound, bound), as `Tensor.uniform_(-bound, bound)`. */
  uniform(count: number, bound: number): Float32Array {
    const [low, width] = [Math.fround(-bound), Math.fround(Math.fround(bound) - Math.fround(-bound))];
    return this.units(count).map((unit) => Math.fround(unit * width) + low);
  }

  /**
   * The first `count` of a random order of the numbers below `all`, as
   * `torch.randperm(all)[:count]` gives them for less than 2³² / 20.
   */
  permutation(all: number, count: number): Int32Array {
    const order = Int32Array.from({ length: all }, (_, index) => index);
    for (let index = 0; index < Math.min(count, all - 1); index++) {
      const other = index + (this.next() % (all - index));
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    return order.slice(0, count);
  }

  #twist(): void {
    const state = this.#state;
    for (let index = 0; index < SIZE; index++) {
      const joined = (state[index]! & 0x80000000) | (state[(index + 1) % SIZE]! & 0x7fffffff);
      const twisted = (joined >>> 1) ^ (joined & 1 ? 0x9908b0df : 0);
      state[index] = state[(index + SHIFT) % SIZE]! ^ twisted;
    }
    this.#next = 0;
  }
}
