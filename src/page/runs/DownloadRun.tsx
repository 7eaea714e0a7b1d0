/**
 * The button that downloads a run's adapter, and the menu of the other forms it can be had in and
 * of its log files.
 */

import { ChevronDown, Download } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { messageOf } from "../../errors/message-of";
import { isEnded } from "../../plan/phase";
import { runZip } from "../actions/compare";
import { download, fileName } from "../export/download";
import { patch, useStudio } from "../store/store";
import type { TableRow } from "./table-rows";

type Downloaded = Pick<TableRow, "run" | "past" | "comparison">;

export function DownloadRun({ row: { run, past, comparison } }: { row: Downloaded }) {
  const descriptions = useStudio((state) => state.methods.descriptions);
  const trained = run.beside || (run.curves.steps.last("step") ?? 0) > 0;
  const ended = isEnded(run.state);
  const inWorker = !past && !comparison.detached;
  const available = trained && ended && (run.saved || inWorker);
  const method = descriptions.find(({ id }) => id === run.configuration.method);
  const conversions = inWorker ? (method?.conversions ?? []) : [];
  const save = (conversion: string | null) => {
    const name = conversion === null ? run.name : `${run.name} as ${conversion}`;
    runZip(run, conversion).then(
      (zip) => download(zip, `${fileName(name, comparison.modelName)}.zip`, "application/zip"),
      (error) => patch("ui", { notice: { kind: "error", text: messageOf(error) } }),
    );
  };
  // What was imported tells nothing step by step.
  const hasLogs = ended && !run.beside && run.curves.steps.length + run.curves.evaluations.length > 0;
  const saveLogs = async () => {
    try {
      const { saveRunLogs } = await import("../export/save-report");
      saveRunLogs(comparison, run);
    } catch (error) {
      patch("ui", { notice: { kind: "error", text: `The log files could not be saved: ${messageOf(error)}` } });
    }
  };
  const label = {
    "aria-label": `Download the adapter of ${run.name}`,
    title: available ? "Download the adapter (zip)" : ended ? "This adapter was not kept" : "When the run has ended",
  };
  return (
    <span className="download">
      <button type="button" className="icon-button" disabled={!available} {...label} onClick={() => save(null)}>
        <Download size={16} aria-hidden="true" />
      </button>
      {(conversions.length > 0 || hasLogs) && (
        <DropdownMenu.Root>
          <DropdownMenu.Trigger
            className="icon-button narrow"
            disabled={!available && !hasLogs}
            aria-label={`Other forms of ${run.name}`}
            title={available || hasLogs ? "Download in another form" : label.title}
          >
            <ChevronDown size={14} aria-hidden="true" />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
              {conversions.map(({ id, title, merged }) => (
                <DropdownMenu.Item key={id} className="menu-item" disabled={!available} onSelect={() => save(id)}>
                  {merged ? `As a ${title} (zip)` : `As ${title}, for tools that know nothing else (zip)`}
                </DropdownMenu.Item>
              ))}
              {hasLogs && (
                <DropdownMenu.Item className="menu-item" onSelect={() => void saveLogs()}>
                  Its log files, for TensorBoard and W&amp;B (zip)
                </DropdownMenu.Item>
              )}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </span>
  );
}
