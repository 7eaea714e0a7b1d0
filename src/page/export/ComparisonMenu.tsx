/** What can be saved of a comparison, and opening a configuration file. */

import { FolderDown, FolderOpen, Square, SquareCheck } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { messageOf } from "../../errors/message-of";
import { isUnfinished } from "../../plan/phase";
import { copyLink } from "../actions/address";
import { sayHandedOn } from "../actions/check";
import { openConfiguration } from "../actions/drafts";
import { FileButton } from "../fields/FileButton";
import { currentConfiguration } from "../store/configuration";
import { leftOutOfLink } from "../store/link";
import { personalDataWarning } from "../store/personal-data";
import { allComparisons, patch, useStudio } from "../store/store";
import { configurationFile } from "./configuration-file";
import { download, fileName } from "./download";
import { FORMULAS_HELP, FORMULAS_LABEL } from "./formulas";
import type { ReportForm } from "./save-report";

export function ComparisonMenu() {
  const newest = useStudio((state) => allComparisons(state)[0]);
  const ready = useStudio((state) => state.model.summary !== null && state.data.summary !== null);
  const formulas = useStudio((state) => state.ui.formulas);
  const [withRows, setWithRows] = useState(false);
  const warning = useStudio((state) => personalDataWarning(state, newest));
  const saveConfiguration = async () => {
    const state = useStudio.getState();
    const configuration = currentConfiguration(state);
    if (!configuration) return;
    download(configurationFile(configuration, state.data.hub), "comparison.json", "application/json");
    await sayHandedOn("comparison.json is saved, with the texts that you typed for methods.");
  };
  const copy = async () => {
    try {
      await copyLink();
    } catch (error) {
      const text = `The browser did not let the link be copied (${messageOf(error)}): copy it from the address line.`;
      patch("ui", { notice: { kind: "error", text } });
      return;
    }
    const copied =
      "The link is copied: base model, methods with the texts that you typed for them, training and how the data are read, but no file, no row and no result.";
    await sayHandedOn([copied, leftOutOfLink(useStudio.getState()) ?? ""].join(" ").trim());
  };
  const saveMetrics = async () => {
    if (!newest) return;
    const { metricsCsv } = await import("./metrics-csv");
    download(metricsCsv(newest, formulas), `${fileName("metrics", newest.dataTitle, newest.id)}.csv`, "text/csv");
  };
  const isEnded = newest !== undefined && !isUnfinished(newest.state);
  const save = async (form: ReportForm) => {
    if (!newest) return;
    try {
      const { saveReport } = await import("./save-report");
      await saveReport(newest, form, withRows);
    } catch (error) {
      patch("ui", { notice: { kind: "error", text: `It could not be saved: ${messageOf(error)}` } });
    }
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
          <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            <DropdownMenu.Item className="menu-item" disabled={!ready} onSelect={() => void saveConfiguration()}>
              <strong>Configuration (JSON)</strong>
              <span className="field-help">As chosen now; opens here and in the headless runner.</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!ready} onSelect={() => void copy()}>
              <strong>Copy link</strong>
              <span className="field-help">An address that opens the studio with what is chosen now.</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!newest} onSelect={() => void saveMetrics()}>
              <strong>Metrics (CSV)</strong>
              <span className="field-help">
                Every step and evaluation {newest ? `on ${newest.dataTitle}` : "of a comparison"}.
              </span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!isEnded} onSelect={() => void save("html")}>
              <strong>Report (HTML)</strong>
              <span className="field-help">
                Verdict, curves, tables, settings and hashes{" "}
                {isEnded ? `of ${newest.dataTitle}` : "once a comparison has ended"}, in one file to hand on.
              </span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!isEnded} onSelect={() => void save("print")}>
              <strong>Print the report…</strong>
              <span className="field-help">On paper, or as a PDF by the browser's own dialog.</span>
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" disabled={!isEnded} onSelect={() => void save("markdown")}>
              <strong>Report (Markdown)</strong>
              <span className="field-help">The same without curves and hashes.</span>
            </DropdownMenu.Item>
            <DropdownMenu.CheckboxItem
              className="menu-item"
              checked={withRows}
              onCheckedChange={setWithRows}
              onSelect={(event) => event.preventDefault()}
            >
              <strong className="menu-check">
                {withRows ? <SquareCheck size={16} aria-hidden="true" /> : <Square size={16} aria-hidden="true" />}
                Rows in the report
              </strong>
              <span className="field-help">
                Off: no text and no cell of a row is in it. On: the first rows, and those that the best run is most
                wrong about.
              </span>
              {warning !== null && <span className="field-problem">{warning}</span>}
            </DropdownMenu.CheckboxItem>
            <DropdownMenu.Item className="menu-item" disabled={!isEnded} onSelect={() => void save("logs")}>
              <strong>Log files (zip)</strong>
              <span className="field-help">
                Of every run, for TensorBoard, and as JSONL like an offline run of W&amp;B.
              </span>
            </DropdownMenu.Item>
            <DropdownMenu.Separator className="menu-separator" />
            <DropdownMenu.CheckboxItem
              className="menu-item"
              checked={formulas === "asTheyAre"}
              onCheckedChange={(checked) => patch("ui", { formulas: checked ? "asTheyAre" : "text" })}
              // The menu stays open: what is chosen is for the item above.
              onSelect={(event) => event.preventDefault()}
            >
              <strong className="menu-check">
                {formulas === "asTheyAre" ? (
                  <SquareCheck size={16} aria-hidden="true" />
                ) : (
                  <Square size={16} aria-hidden="true" />
                )}
                {FORMULAS_LABEL}
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
