/** What can be saved of a comparison, and opening a configuration file. */

import { Check, FolderDown, FolderOpen } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { isUnfinished } from "../../plan/phase";
import { openConfiguration } from "../actions/drafts";
import { FileButton } from "../fields/FileButton";
import { currentConfiguration } from "../store/configuration";
import { allComparisons, patch, useStudio } from "../store/store";
import { configurationFile } from "./configuration-file";
import { download, fileName } from "./download";
import { FORMULAS_HELP, FORMULAS_LABEL } from "./formulas";

export function ComparisonMenu() {
  const newest = useStudio((state) => allComparisons(state)[0]);
  const ready = useStudio((state) => state.model.summary !== null && state.data.summary !== null);
  const formulas = useStudio((state) => state.ui.formulas);
  const saveConfiguration = () => {
    const configuration = currentConfiguration(useStudio.getState());
    if (configuration) download(configurationFile(configuration), "comparison.json", "application/json");
  };
  const saveMetrics = async () => {
    if (!newest) return;
    const { metricsCsv } = await import("./metrics-csv");
    download(metricsCsv(newest, formulas), `${fileName("metrics", newest.dataTitle, newest.id)}.csv`, "text/csv");
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
            <DropdownMenu.CheckboxItem
              className="menu-item"
              checked={formulas === "asTheyAre"}
              onCheckedChange={(checked) => patch("ui", { formulas: checked ? "asTheyAre" : "text" })}
              // The menu stays open: what is chosen is for the item above.
              onSelect={(event) => event.preventDefault()}
            >
              <strong>
                {FORMULAS_LABEL}
                <DropdownMenu.ItemIndicator>
                  <Check size={14} aria-hidden="true" />
                </DropdownMenu.ItemIndicator>
              </strong>
              <span className="field-help">{FORMULAS_HELP}</span>
            </DropdownMenu.CheckboxItem>
            <DropdownMenu.Label className="menu-label">Charts: the ↓ on each. Adapters: the table.</DropdownMenu.Label>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}
