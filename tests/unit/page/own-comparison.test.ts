/** What a tab is offered first after a reload, where several tabs were reloaded. */

import { expect, test } from "vitest";
import { inTurn } from "../../../src/page/store/own-comparison";
import type { Interrupted } from "../../../src/page/store/state";

const broken = (id: string, startedAt: number | null) =>
  ({ id, record: startedAt === null ? null : { startedAt } }) as Interrupted;
const all = [broken("old", 1), broken("new", 3), broken("unknown", null), broken("middle", 2)];

test.each([
  ["old", ["old", "new", "middle", "unknown"]],
  ["unknown", ["unknown", "new", "middle", "old"]],
  ["new", ["new", "middle", "old", "unknown"]],
  ["of no tab", ["new", "middle", "old", "unknown"]],
  [null, ["new", "middle", "old", "unknown"]],
])("the tab of %s is offered its own, then the newest", (own, ids) => {
  expect(inTurn(all, own).map(({ id }) => id)).toEqual(ids);
});
