/**
 * A thread beside those that read inputs: ends the process where one takes processor time without
 * end, or waits for what never comes, and says so. By the clock on the wall a slow machine would
 * make hangs of inputs that are read.
 */

import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";

/** Seconds of processor time for one input. */
const MOST_SECONDS = 30;
/** Seconds in which the process computes nothing; one that has to wait for others gets some. */
const MOST_IDLE = 120;

const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

let last = used();
let idle = 0;
setInterval(() => {
  const now = used();
  idle = now - last < 0.02 ? idle + 1 : 0;
  last = now;
  if (now - workerData[0] < MOST_SECONDS && idle < MOST_IDLE) return;
  writeSync(2, "never ended");
  process.kill(process.pid, "SIGKILL");
}, 1000);
