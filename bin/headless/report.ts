/** Writes reports and log files from a folder of results that is there already. */

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { logFiles } from "../../src/logs/log-files";
import type { ReportFacts } from "../../src/report/facts";
import { writeHtmlReport } from "../../src/report/html";
import { writeReport } from "../../src/report/markdown";
import { CHECKPOINT, LOGS, REPORT, REPORT_PAGE } from "./names";
import { OutFolder } from "./out-folder";
import { readResults } from "./results-facts";

export interface ReportOptions {
  readonly logs?: boolean;
  /** Whether what may be of rows is left in. */
  readonly rows?: boolean;
}

/**
 * Writes `report.html` and `report.md` into a folder of results, and log files where they are asked
 * for.
 * @returns Paths of what was written.
 * @throws {ConfigurationError} Where the folder has no results, they are damaged, or something else
 * lies where a report would be.
 * @throws {Error} Naming the file, and what the disk said.
 */
export function reportOn(folder: string, { logs = false, rows = false }: ReportOptions): string[] {
  const facts = readResults(folder, rows);
  const out = new OutFolder(folder);
  const written = [REPORT_PAGE, REPORT, ...(logs ? [LOGS] : [])];
  out.check([], written);
  // A comparison that broke off has its checkpoint there.
  const goesOn = existsSync(join(out.path, CHECKPOINT));
  out.begin();
  try {
    out.write(REPORT_PAGE, writeHtmlReport(facts));
    out.write(REPORT, writeReport(facts));
    if (logs) writeLogs(out, facts);
  } finally {
    if (goesOn) out.clean();
    else out.removeCheckpoint([]);
  }
  return written.map((name) => join(out.path, name));
}

/** Writes log files of every run. Throws an Error naming the folder, and what the disk said. */
export function writeLogs(out: OutFolder, facts: ReportFacts): void {
  out.replace(LOGS, (folder) => {
    for (const { path, bytes } of logFiles(facts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
  });
}
