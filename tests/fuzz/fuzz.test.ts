/**
 * 200 seeded inputs of every kind; `npm run fuzz` tries more, each with bounds on time and memory.
 */

import { describe, expect, it } from "vitest";
import { Random } from "../../src/data/random";
import { outcomeOf } from "./outcome";
import { kinds } from "./registry";

const INPUTS = 200;

describe.each(kinds)("$name", ({ name, prepare }) => {
  it(`${INPUTS} inputs are read rightly or refused in words`, async () => {
    const make = await prepare();
    const found: string[] = [];
    let refused = 0;
    for (let seed = 0; seed < INPUTS; seed++) {
      const input = make(new Random(seed, name));
      const { kind, message } = await outcomeOf(input);
      if (kind === "refused") refused++;
      else if (kind !== "accepted") found.push(`${seed} (${input.what}): ${kind}: ${message.slice(0, 400)}`);
    }
    expect(found).toEqual([]);
    expect(refused).toBeGreaterThan(0);
  });
});
