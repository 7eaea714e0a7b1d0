/**
 * Reads the inputs of one kind and tells of each: `node tools/fuzz/child.mjs KIND FROM TO`. A
 * process of its own, so that what hangs or eats memory can be ended from outside.
 */

import { Worker } from "node:worker_threads";
import { withModules } from "../project-modules.mjs";

const [name, from, to] = process.argv.slice(2);

/** Processor time, in seconds, at which the input that is read began. */
const began = new Float64Array(new SharedArrayBuffer(8)).fill(Number.POSITIVE_INFINITY);
new Worker(new URL("watch.mjs", import.meta.url), { workerData: began }).unref();

await withModules(async (load) => {
  const { kinds } = await load("/tests/fuzz/registry.ts");
  const { outcomeOf } = await load("/tests/fuzz/outcome.ts");
  const { Random } = await load("/src/data/random.ts");
  const make = await kinds.find((/** @type {any} */ kind) => kind.name === name).prepare();

  const say = (/** @type {object} */ line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const rest = process.memoryUsage.rss();
  for (let seed = Number(from); seed < Number(to); seed++) {
    const input = make(new Random(seed, name));
    say({ seed, what: input.what });
    const before = process.cpuUsage();
    began[0] = (before.user + before.system) / 1e6;
    const outcome = await outcomeOf(input);
    const { user, system } = process.cpuUsage(before);
    say({ seed, ...outcome, seconds: (user + system) / 1e6, bytes: process.resourceUsage().maxRSS * 1024 - rest });
  }
});
