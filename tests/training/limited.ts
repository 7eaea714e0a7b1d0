/**
 * An executor whose buffers may have fewer bytes than it could give: for matrices in parts. Not a
 * test.
 */

import type { Executor } from "../../src/executors/executor";

export function limited(executor: Executor, largestBuffer: number): Executor {
  return {
    kind: executor.kind,
    memory: executor.memory,
    largestBuffer,
    capacity: executor.capacity,
    costs: executor.costs,
    load: () => executor.load(),
    ready: () => executor.ready(),
    session: (...given) => executor.session(...given),
    compile: (...given) => executor.compile(...given),
    commands: () => executor.commands(),
    write: (...given) => executor.write(...given),
    read: (...given) => executor.read(...given),
    readbackRing: (...given) => executor.readbackRing(...given),
    done: () => executor.done(),
  };
}
