/** The button that downloads a run's adapter, and the menu of the other forms it can be had in. */

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
  const available = trained && ended && (run.saved || !past);
  const method = descriptions.find(({ id }) => id === run.configuration.method);
  const conversions = past ? [] : (method?.conversions ?? []);
  const save = (conversion: string | null) => {
    const name = conversion === null ? run.name : `${run.name} as ${conversion}`;
    runZip(run, conversion).then(
      (zip) => download(zip, `${fileName(name, comparison.modelName)}.zip`, "application/zip"),
      (error) => patch("ui", { notice: { kind: "error", text: messageOf(error) } }),
    );
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
      {conversions.length > 0 && (
        <DropdownMenu.Root>
          <DropdownMenu.Trigger
            className="icon-button narrow"
            disabled={!available}
            aria-label={`Other forms of ${run.name}`}
            title={available ? "Download in another form" : label.title}
          >
            <ChevronDown size={14} aria-hidden="true" />
          </DropdownMenu.Trigger>
          <DropdownMenu.Portal>
            <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
              {conversions.map(({ id, title, merged }) => (
                <DropdownMenu.Item key={id} className="menu-item" onSelect={() => save(id)}>
                  {merged ? `As a ${title} (zip)` : `As ${title}, for tools that know nothing else (zip)`}
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Content>
          </DropdownMenu.Portal>
        </DropdownMenu.Root>
      )}
    </span>
  );
}
