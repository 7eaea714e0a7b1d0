import { expect, test } from "vitest";
import { Program } from "../../../src/program/program";
import { languageLoss, rowsAtOnce } from "../../../src/tasks/language-loss";

test("logits are held for a part of the rows only, and the parts cover every row once", () => {
  const program = new Program();
  const states = program.activation("states", [1000, 16]);
  const head = program.weight("lm_head.weight", [50_000, 16]);
  const { parts, scratch } = languageLoss(states, { weight: head });
  expect(Math.max(...scratch) * 4).toBeLessThanOrEqual(32 * 2 ** 20);
  expect(parts.length).toBeGreaterThan(1);
  const starts = parts.map(({ dispatches }) => dispatches[0]!.sizes.start!);
  expect(starts).toEqual(parts.map((_, index) => parts.slice(0, index).reduce((sum, { rows }) => sum + rows, 0)));
  expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000);
  expect(rowsAtOnce(3, 50_000)).toBe(3);
  expect(rowsAtOnce(10, 2 ** 30)).toBe(1);
});
