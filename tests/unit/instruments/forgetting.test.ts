/**
 * Every method that trains can be read as a language model, whatever it was trained for; nothing is
 * planned backward then.
 */

import { expect, test } from "vitest";
import { methods } from "../../../src/methods/registry";
import { buildTunedProgram } from "../../../src/runs/tuned-program";
import { tasks } from "../../../src/tasks/registry";
import { tinyModel, tinySetup } from "../interpreter/tiny-model";

const task = tasks["causal-lm"];

test.each(methods.map(({ id }) => id))("%s", async (id) => {
  const model = await tinyModel(id === "bitfit" ? "tiny-gpt2" : "tiny-llama");
  const options: Record<string, unknown> = id === "dept" || id === "ept" ? { positions: 12, rank: 2 } : {};
  const setup = tinySetup(model, { name: id, method: id, options }, [11, 12, 13], 3);
  const { backward, loss, program } = buildTunedProgram({ ...setup, task, classes: 0, onlyRead: true }, 2, 5);
  expect(backward).toEqual({ dispatches: [], saved: [], trained: [], slots: [] });
  expect(loss.trained).toEqual([]);
  expect(loss.parts.every(({ learn }) => learn.length === 0)).toBe(true);
  // Of what it trains it reads what is no head of the other task.
  const trained = buildTunedProgram(setup, 2, 5).program.trainables.filter(({ part }) => part === "adapter");
  const tensors = (list: typeof trained) => list.map(({ name, shape }) => `${name} [${shape}]`).sort();
  expect(tensors([...program.trainables])).toEqual(tensors(trained));
  const heads = loss.parts.flatMap(({ dispatches }) =>
    dispatches.flatMap(({ bindings }) =>
      Object.values(bindings).flatMap((place) => ("tensor" in place ? place.tensor : [])),
    ),
  );
  const roles = new Set(heads.filter(({ name }) => /embed_tokens|wte/.test(name)).map(({ role }) => role));
  expect([...roles]).toEqual([id === "full" ? "trainable" : "weight"]);
});
