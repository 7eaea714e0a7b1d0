/**
 * The frame of a chart: title, the picture with its summary in words, a table instead of it, and
 * how it is saved or copied.
 */

import { Download, Table2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { messageOf } from "../../errors/message-of";
import { pointAt } from "../actions/ui";
import { captionOf } from "../export/chart-caption";
import { copyChart, downloadChart, type LegendEntry } from "../export/chart-image";
import { Explained } from "../glossary/Term";
import { allComparisons, patch, useStudio } from "../store/store";
import "./ChartCard.css";

interface ChartCardProps {
  title: string;
  /** Small words after the title, for example a unit. */
  detail?: ReactNode;
  /** What the picture shows, in words. */
  summary: string;
  className?: string;
  /** What the horizontal axis of a saved picture is called; left out where there is none. */
  xTitle?: string;
  /** How it is read, in words below it. */
  note?: ReactNode;
  /** Controls of this chart. */
  tools?: ReactNode;
  /** The same numbers as a table; null where there are none yet. */
  table: (() => ReactNode) | null;
  /** For the downloaded picture, which has none of the page around it. */
  legend: readonly LegendEntry[];
  children: ReactNode;
}

export function ChartCard(props: ChartCardProps) {
  const { title, detail, summary, className, xTitle, note, tools, table, legend, children } = props;
  const id = useId();
  const picture = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const save = (kind: "png" | "svg" | "copy") => {
    const svg = picture.current?.querySelector("svg");
    if (!svg) return;
    // Without the run that the pointer came over on its way to the menu.
    flushSync(() => pointAt(null));
    const newest = allComparisons(useStudio.getState())[0];
    const image = { title, legend, xTitle, caption: newest ? captionOf(newest) : null };
    const saying = (kind: "info" | "error", text: string) => patch("ui", { notice: { kind, text } });
    if (kind !== "copy") {
      downloadChart(svg, image, kind).catch((error: unknown) => {
        saying("error", `The chart "${title}" was not saved: ${messageOf(error)}`);
      });
      return;
    }
    copyChart(svg, image).then(
      () => saying("info", `The chart "${title}" is in the clipboard as a picture.`),
      (error: unknown) => {
        const why = messageOf(error).replace(/\.$/, "");
        saying("error", `The chart "${title}" was not copied: ${why}. Download it as a picture instead.`);
      },
    );
  };
  const showTable = asTable && table !== null;
  return (
    <figure className={className ? `chart ${className}` : "chart"} aria-labelledby={`${id}-title`}>
      <figcaption className="chart-heading">
        <h3 id={`${id}-title`} className="chart-title">
          {title} {detail && <span className="chart-detail">{detail}</span>}
        </h3>
        {tools}
        {table && (
          <>
            <button
              type="button"
              className="icon-button"
              aria-pressed={asTable}
              aria-label={`${title} as a table`}
              title="As a table"
              onClick={() => setAsTable(!asTable)}
            >
              <Table2 size={16} aria-hidden="true" />
            </button>
            {!asTable && (
              <DropdownMenu.Root>
                <DropdownMenu.Trigger className="icon-button" aria-label={`Download ${title}`} title="Download">
                  <Download size={16} aria-hidden="true" />
                </DropdownMenu.Trigger>
                <DropdownMenu.Portal>
                  <DropdownMenu.Content className="menu" align="end" sideOffset={4}>
                    <DropdownMenu.Item className="menu-item" onSelect={() => save("png")}>
                      Picture (PNG)
                    </DropdownMenu.Item>
                    <DropdownMenu.Item className="menu-item" onSelect={() => save("svg")}>
                      Drawing (SVG)
                    </DropdownMenu.Item>
                    <DropdownMenu.Item className="menu-item" onSelect={() => save("copy")}>
                      Copy the picture
                    </DropdownMenu.Item>
                  </DropdownMenu.Content>
                </DropdownMenu.Portal>
              </DropdownMenu.Root>
            )}
          </>
        )}
      </figcaption>
      {showTable ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="chart-table" aria-label={`${title}, table`} tabIndex={0}>
          {table()}
        </section>
      ) : (
        <div className="chart-picture" ref={picture} role="img" aria-label={`${title}. ${summary}`}>
          {children}
        </div>
      )}
      {note && <p className="chart-note">{typeof note === "string" ? <Explained>{note}</Explained> : note}</p>}
    </figure>
  );
}
