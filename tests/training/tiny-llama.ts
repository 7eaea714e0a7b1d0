/** tiny-llama for the tests of a file, which its training must leave as it was. Not a test. */

import { afterEach, beforeAll, expect } from "vitest";
import { BaseModel } from "../../src/base/base-model";
import type { Executor } from "../../src/executors/executor";
import { fixtureModel } from "../fixtures/reference";
import { testExecutor } from "./executor";
import { OpenComparisons, type TinyComparison, type TinySetup } from "./tiny-comparison";

/** There from the first `beforeAll` on. */
class TinyLlama {
  executor!: Executor;
  model!: BaseModel;
  readonly #open = new OpenComparisons();

  /** A comparison that is released after the test. `on`: another base model. */
  create(setup: TinySetup, on = this.model): TinyComparison {
    return this.#open.create(this.executor, on, setup);
  }

  async trained(setup: TinySetup): Promise<TinyComparison> {
    const created = this.create(setup);
    await created.comparison.prepare();
    await created.comparison.train();
    return created;
  }

  /** Every comparison that is open. */
  release(): Promise<void> {
    return this.#open.release();
  }
}

/** Opens it before the file's tests, and compares its weights with those after them. */
export function openTinyLlama(): TinyLlama {
  const llama = new TinyLlama();
  beforeAll(async () => {
    llama.executor = await testExecutor();
    llama.model = await BaseModel.load(llama.executor, fixtureModel("tiny-llama"));
    const hash = await llama.model.weightHash();
    return async () => {
      const after = await llama.model.weightHash();
      llama.model.release();
      expect(after, "the base weights after all training of this file").toBe(hash);
    };
  });
  afterEach(() => llama.release());
  return llama;
}
