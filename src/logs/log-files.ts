/**
 * A comparison as log files that other programs read, a folder for each run: TensorBoard's event
 * file, and as an offline run of W&B or trackio keeps it a JSONL with settings and last figures
 * beside it. They hold no row.
 */

import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type ReportFacts, type ReportRun, settingsFile } from "../report/facts";
import { type LogPoint, logPoints, named } from "./points";
import { eventFile } from "./tensorboard";

export interface LogFile {
  /** With the run's folder before it, and a slash. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A line for each step. */
const HISTORY = "history.jsonl";
const CONFIG = "config.json";
const SUMMARY = "summary.json";

/** Whether a file of a run's folder may be one of these, by its name. */
export const isLogFile = (name: string) =>
  [HISTORY, CONFIG, SUMMARY].includes(name) || /^events\.out\.tfevents\.\d+\.studio$/.test(name);

/** Of every run that told anything. */
export function logFiles(facts: ReportFacts): LogFile[] {
  const { started, runs } = facts;
  const seconds = Math.floor(started.getTime() / 1000);
  const folders = folderNames(runs.map(({ run }) => run));
  return runs.flatMap((run, index) => {
    const points = logPoints(run);
    if (points.length === 0) return [];
    const settings = json(runSettings(facts, run));
    const file = (name: string, content: Uint8Array) => ({
      path: `${folders[index]}/${name}`,
      bytes: new Uint8Array(content),
    });
    return [
      file(
        `events.out.tfevents.${seconds}.studio`,
        eventFile(points, started, `\`\`\`json\n${settings.replaceAll("```", "` ` `")}\`\`\``),
      ),
      file(HISTORY, utf8ToBytes(points.map((point) => `${JSON.stringify(historyLine(point, started))}\n`).join(""))),
      file(CONFIG, utf8ToBytes(settings)),
      file(SUMMARY, utf8ToBytes(json(lastFigures(run, points)))),
    ];
  });
}

/** By the names that W&B gives step, seconds since the start, and seconds since 1970. */
function historyLine({ step, seconds, values }: LogPoint, started: Date): object {
  return { _step: step, _runtime: seconds, _timestamp: started.getTime() / 1000 + seconds, ...values };
}

function lastFigures(run: ReportRun, points: readonly LogPoint[]): object {
  const last: Record<string, number> = {};
  for (const { values } of points) Object.assign(last, values);
  // Of all validation rows, where only some were measured while training.
  const measured = run.validation ? named("eval", run.validation) : {};
  return { _step: run.steps, _runtime: run.seconds, state: run.state, ...last, ...measured };
}

function runSettings(facts: ReportFacts, run: ReportRun): object {
  const { runs, training, ...comparison } = settingsFile({ ...facts, rows: null }) as ReportFacts["configuration"];
  const { learningRate, parameters, method } = run;
  // A variant's name begins with that of the run it is one of.
  const own = runs
    .filter(({ name }) => run.group === name || run.group.startsWith(`${name} (`))
    .sort((one, other) => other.name.length - one.name.length)[0];
  return {
    ...comparison,
    training,
    run: { ...own, name: run.run, title: method, learningRate, parameters },
    versions: facts.versions,
  };
}

const json = (content: object) => `${JSON.stringify(content, null, 2)}\n`;

/** Names as folders on every system, near to what runs are called, and each only once. */
export function folderNames(runs: readonly string[]): string[] {
  const taken = new Set<string>();
  return runs.map((run) => {
    const plain =
      run
        // biome-ignore lint/suspicious/noControlCharactersInRegex: some systems allow none in a name
        .replace(/[\\/:*?"<>|\u0000-\u001f\u007f]/g, "_")
        .replace(/^[\s.]+|[\s.]+$/g, "")
        .slice(0, 100) || "run";
    let name = plain;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${plain} (${count})`;
    taken.add(name.toLowerCase());
    return name;
  });
}
