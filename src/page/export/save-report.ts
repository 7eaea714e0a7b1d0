/** Saves and prints reports and log files of a comparison; loaded when somebody asks for one. */

import { zipSync } from "fflate";
import { logFiles } from "../../logs/log-files";
import { writeHtmlReport } from "../../report/html";
import { writeReport } from "../../report/markdown";
import { reportRows } from "../actions/report-rows";
import type { Comparison, RunRecord } from "../store/state";
import { download, fileName } from "./download";
import { printPage } from "./print";
import { reportFacts } from "./report-facts";

/** What can be made of a comparison that has ended. */
export type ReportForm = "html" | "print" | "markdown" | "logs";

/**
 * Gives the browser the file, or the dialog for printing.
 * @param withRows Whether rows are to be in the report; log files never have any.
 */
export async function saveReport(comparison: Comparison, form: ReportForm, withRows: boolean): Promise<void> {
  const { dataTitle, id } = comparison;
  const named = (what: string, ending: string) => `${fileName(what, dataTitle, id)}.${ending}`;
  if (form === "logs") return download(logsZip(comparison), named("logs", "zip"));
  const facts = reportFacts(comparison, withRows ? await reportRows(comparison) : null);
  if (form === "markdown") return download(writeReport(facts), named("report", "md"), "text/markdown");
  const html = writeHtmlReport(facts);
  if (form === "print") return printPage(html);
  download(html, named("report", "html"), "text/html");
}

/** Gives the browser the log files of one run alone. */
export function saveRunLogs(comparison: Comparison, run: RunRecord): void {
  download(logsZip({ ...comparison, runs: [run] }), `${fileName("logs", run.name, comparison.id)}.zip`);
}

function logsZip(comparison: Comparison): Blob {
  const files = logFiles(reportFacts(comparison));
  const zip = zipSync(Object.fromEntries(files.map(({ path, bytes }) => [`logs/${path}`, bytes])));
  return new Blob([zip], { type: "application/zip" });
}
