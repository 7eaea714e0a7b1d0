/**
 * The frame of a chart: title, the picture with its summary in words, a table instead of it, and
 * its downloads.
 */

import { Download, Table2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useId, useRef, useState } from "react";
import { messageOf } from "../../errors/message-of";
import { downloadChart, type LegendEntry } from "../export/chart-image";
import { patch } from "../store/store";
import "./ChartCard.css";

interface ChartCardProps {
  title: string;
  /** Small words after the title, for example a unit. */
  detail?: ReactNode;
  /** What the picture shows, in words. */
  summary: string;
  className?: string;
  /** Controls of this chart. */
  tools?: ReactNode;
  /** The same numbers as a table; null where there are none yet. */
  table: (() => ReactNode) | null;
  /** For the downloaded picture, which has none of the page around it. */
  legend: readonly LegendEntry[];
  children: ReactNode;
}

export function ChartCard({ title, detail, summary, className, tools, table, legend, children }: ChartCardProps) {
  const id = useId();
  const picture = useRef<HTMLDivElement>(null);
  const [asTable, setAsTable] = useState(false);
  const download = (kind: "png" | "svg") => {
    const svg = picture.current?.querySelector("svg");
    if (!svg) return;
    downloadChart(svg, { title, legend, kind }).catch((error: unknown) => {
      patch("ui", { notice: { kind: "error", text: `The chart "${title}" was not saved: ${messageOf(error)}` } });
    });
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
                    <DropdownMenu.Item className="menu-item" onSelect={() => download("png")}>
                      Picture (PNG)
                    </DropdownMenu.Item>
                    <DropdownMenu.Item className="menu-item" onSelect={() => download("svg")}>
                      Drawing (SVG)
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
    </figure>
  );
}
