/** All charts. Each redraws by itself, in its turn. */

import { CurveChart } from "./CurveChart";
import { DistanceCharts } from "./DistanceCharts";
import { MemoryChart } from "./MemoryChart";
import { MetricChart } from "./MetricChart";
import { RankMaps } from "./RankMaps";
import { ShareCharts } from "./ShareCharts";
import { SmoothingSlider } from "./SmoothingSlider";
import { SpeedChart } from "./SpeedChart";

export default function ChartGrid() {
  return (
    <div className="charts">
      <CurveChart title="Training loss" quantity="training-loss" wide tools={<SmoothingSlider />} />
      <MetricChart />
      <CurveChart title="Validation loss" quantity="validation-loss" />
      <MemoryChart />
      <SpeedChart />
      <RankMaps />
      <ShareCharts />
      <DistanceCharts />
    </div>
  );
}
