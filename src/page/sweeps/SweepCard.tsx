/** A chart of a sweep: the frame of every chart, with the sweep's own table. */

import type { ReactNode } from "react";
import { ChartCard } from "../charts/ChartCard";
import { type SweepProps, SweepTable } from "./SweepTable";

interface SweepCardProps extends SweepProps {
  title: string;
  detail: string;
  /** What the picture shows, once something has been measured. */
  summary: string | null;
  children: ReactNode;
}

export function SweepCard({ title, detail, summary, children, ...sweep }: SweepCardProps) {
  return (
    <ChartCard
      title={title}
      detail={detail}
      summary={summary ?? "Nothing has been measured yet."}
      legend={[]}
      table={() => <SweepTable {...sweep} />}
    >
      {children}
    </ChartCard>
  );
}

interface SweepDrawingProps {
  width: number;
  height: number;
  children: ReactNode;
}

/** The picture in its own pixels, smaller where there is less room; the card says it in words. */
export function SweepDrawing({ width, height, children }: SweepDrawingProps) {
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} className="sweep-drawing" aria-hidden="true">
      {children}
    </svg>
  );
}
