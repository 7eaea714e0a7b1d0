/** What can be saved of a comparison, and opening a configuration file. */

import { FolderDown, FolderOpen } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { isUnfinished } from "../../plan/phase";
import { openConfiguration } from "../actions/drafts";
import { FileButton } from "../fields/FileButton";
import { currentConfiguration } from "../store/configuration";
import { allComparisons, useStudio } from "../store/store";
import { configurationFile } from "./configuration-file";
import { download, fileName } from "./download";

export function ComparisonMenu() {
  const newest = useStudio((state) => allComparisons(state)[0]);
  const ready = useStudio((state) => state.model.summary !== null && state.data.summary !== null);
  const saveConfiguration = () => {
    const configuration = currentConfiguration(useStudio.getState());
    if (configuration) download(configurationFile(configuration), "comparison.json", "application/json");
  };
  const saveMetrics = async () => {
    if (!newest) return;
    const { metricsCsv } = await import("./metrics-csv");
    download(metricsCsv(newest), `${fileName("metrics", newest.dataTitle, newest.id)}.csv`, "text/csv");
  };
  const isEnded = newest !== undefined && !isUnfinished(newest.state);
  const saveReport = async () => {
    if (!newest) return;
    const [{ writeReport }, { reportFacts }] = await Promise.all([
      import("../../verdict/report"),
      import("./report-facts"),
    ]);
    const name = `${fileName("report", newest.dataTitle, newest.id)}.md`;
    download(writeReport(reportFacts(newest)), name, "text/markdown");
  };
  return (
    <>
      <FileButton
        label="Configuration file"
        accept=".json,application/json"
        onFile={(file) => void openConfiguration(file)}
      >
        <FolderOpen size={16} aria-hidden="true" /> Open…
      </FileButton>
      <DropdownMenu.Root>
        <DropdownMenu.Trigger className="button">
          <FolderDown size={16} aria-hidden="true" /> Save
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
            <DropdownMenu.Item className="menu-item" disabled={!ready} onSelect={saveConfiguration}>
              <strong>Configuration (JSON)</strong>
              <span className="field-help">As chosen now; opens here and in the headless runner.</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!newest} onSelect={() => void saveMetrics()}>
              <strong>Metrics (CSV)</strong>
              <span className="field-help">
                Every step and evaluation {newest ? `on ${newest.dataTitle}` : "of a comparison"}.
              </span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!isEnded} onSelect={() => void saveReport()}>
              <strong>Report (Markdown)</strong>
              <span className="field-help">
                Verdict, tables and settings {isEnded ? `of ${newest.dataTitle}` : "once a comparison has ended"}; no
                text of a row.
              </span>
            </DropdownMenu.Item>
            <DropdownMenu.Label className="menu-label">Charts: the ↓ on each. Adapters: the table.</DropdownMenu.Label>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}
