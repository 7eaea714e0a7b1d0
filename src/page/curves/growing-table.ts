/**
 * A table of numbers that grows by rows, in typed arrays: what a curve is kept in. Not for drawing.
 */

export interface TableSnapshot<Column extends string> {
  length: number;
  columns: Record<Column, Float64Array>;
}

export class GrowingTable<Column extends string> {
  readonly names: readonly Column[];
  #columns: Record<Column, Float64Array>;
  #length = 0;

  constructor(names: readonly Column[], snapshot?: TableSnapshot<Column>) {
    this.names = names;
    const columns = {} as Record<Column, Float64Array>;
    const length = snapshot?.length ?? 0;
    // A column that a kept curve of an earlier version lacks has no numbers.
    const without = () => new Float64Array(Math.max(64, length)).fill(Number.NaN, 0, length);
    for (const name of names) columns[name] = snapshot?.columns[name]?.slice() ?? without();
    this.#columns = columns;
    this.#length = length;
    for (const name of names) {
      if (columns[name].length < this.#length) {
        throw new Error(`The saved curve has ${columns[name].length} values in "${name}" but ${this.#length} rows.`);
      }
    }
  }

  get length(): number {
    return this.#length;
  }

  /** The filled part of a column; a view that is stale after the next `push`. */
  column(name: Column): Float64Array {
    return this.#columns[name].subarray(0, this.#length);
  }

  /** The value in the last row, or null in an empty table. */
  last(name: Column): number | null {
    return this.#length === 0 ? null : (this.#columns[name][this.#length - 1] ?? null);
  }

  push(row: Record<Column, number>): void {
    for (const name of this.names) {
      let values = this.#columns[name];
      if (values.length <= this.#length) {
        const grown = new Float64Array(Math.max(64, values.length * 2));
        grown.set(values);
        this.#columns[name] = grown;
        values = grown;
      }
      values[this.#length] = row[name];
    }
    this.#length++;
  }

  /**
   * Drops the rows at the end whose value in `name` is `from` or more (a run that went back to an
   * earlier step).
   */
  truncate(name: Column, from: number): void {
    const values = this.#columns[name];
    while (this.#length > 0 && (values[this.#length - 1] ?? 0) >= from) this.#length--;
  }

  /** A copy that survives structured cloning. */
  snapshot(): TableSnapshot<Column> {
    const columns = {} as Record<Column, Float64Array>;
    for (const name of this.names) columns[name] = this.#columns[name].slice(0, this.#length);
    return { length: this.#length, columns };
  }
}
