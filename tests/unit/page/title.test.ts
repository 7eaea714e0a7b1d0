/** What the tab says of a comparison. */

import { expect, it } from "vitest";
import { titleOf } from "../../../src/page/title";
import { comparison } from "./events";

it.each([
  [null, "SK-Tuning Studio"],
  [{ state: "preparing", step: 0, steps: 0 }, "0 % · films.csv · SK-Tuning Studio"],
  [{ state: "running", step: 7, steps: 20 }, "35 % · films.csv · SK-Tuning Studio"],
  [{ state: "paused", step: 7, steps: 20 }, "Paused · films.csv · SK-Tuning Studio"],
  [{ state: "finished", step: 20, steps: 20 }, "✓ · films.csv · SK-Tuning Studio"],
  [{ state: "stopped", step: 7, steps: 20 }, "Stopped · films.csv · SK-Tuning Studio"],
  [{ state: "failed", step: 7, steps: 20 }, "Failed · films.csv · SK-Tuning Studio"],
] as const)("of %j: %s", (fields, title) => {
  expect(titleOf({ current: fields && comparison([], { ...fields, dataTitle: "films.csv" }) })).toBe(title);
});
