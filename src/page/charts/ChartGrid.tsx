/**
 * All charts: how well runs answer first and largest, then the losses, then the figures at the
 * crosshair, then what runs cost. Each redraws by itself, in its turn.
 */

import { CurveChart } from "./CurveChart";
import { CurveNotes } from "./CurveNotes";
import { DistanceCharts } from "./DistanceCharts";
import { MemoryChart } from "./MemoryChart";
import { MetricChart } from "./MetricChart";
import { RankMaps } from "./RankMaps";
import { Readout } from "./Readout";
import { ShareCharts } from "./ShareCharts";
import { SmoothingSlider } from "./SmoothingSlider";
import { SpeedChart } from "./SpeedChart";

export default function ChartGrid() {
  return (
    <div className="charts">
      <MetricChart />
      <CurveChart title="Training loss" quantity="training-loss" className="chart-half" tools={<SmoothingSlider />} />
      <CurveChart title="Validation loss" quantity="validation-loss" className="chart-half" />
      <CurveNotes />
      <Readout />
      <section className="chart-pair" aria-label="What runs cost">
        <MemoryChart />
        <SpeedChart />
      </section>
      <RankMaps />
      <ShareCharts />
      <DistanceCharts />
    </div>
  );
}
