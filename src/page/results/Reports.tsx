/**
 * After a comparison: each run's metrics with an interval, what the task has of matrix, classes or
 * points, and the most wrong rows.
 */

import { useState } from "react";
import { isEnded } from "../../plan/phase";
import type { InstrumentListing, RunReport } from "../../worker/api";
import { useAnswer } from "../asking";
import { Instruments } from "../instruments/Instruments";
import { Message } from "../layout/Message";
import type { RunRecord } from "../store/state";
import { useStudio } from "../store/store";
import { CalibrationPanel } from "./CalibrationPanel";
import { ConfusionMatrix } from "./ConfusionMatrix";
import { DialPanel } from "./DialPanel";
import { MetricFigures } from "./MetricFigures";
import { PerClassTable } from "./PerClassTable";
import { RunTabs } from "./RunTabs";
import { ScatterPlot } from "./ScatterPlot";
import { WrongestRows } from "./WrongestRows";
import "./Reports.css";

export function Reports() {
  const current = useStudio((state) => state.comparison.current);
  const ended = current !== null && isEnded(current.state) && !current.detached;
  const runs = ended ? current.runs.filter((run) => run.curves.evaluations.length > 0) : [];
  const [chosen, setChosen] = useState<string | null>(null);
  const run = runs.find((candidate) => candidate.key === chosen) ?? runs[0];
  if (!run) return null;
  return (
    <section className="panel" aria-labelledby="reports-title">
      <div className="panel-heading">
        <h2 className="panel-title" id="reports-title">
          Where each run is right and wrong
        </h2>
        <RunTabs runs={runs} chosen={run.key} onChoose={setChosen} />
      </div>
      <Report key={`${run.key} ${run.state} ${run.curves.evaluations.length}`} run={run} />
    </section>
  );
}

function Report({ run }: { run: RunRecord }) {
  const [turned, setTurned] = useState(0);
  // A turned dial changes what the worker reports.
  const { answer, error } = useAnswer<[RunReport, InstrumentListing[]]>(
    (studio) => Promise.all([studio.report(run.name), studio.listInstruments(run.name)]),
    [run.name, turned],
  );
  if (error !== null) return <Message kind="error">{error}</Message>;
  if (!answer) return <p className="waiting">Reading the validation rows with {run.name}…</p>;
  const [report, instruments] = answer;
  return (
    <>
      <div className="report">
        {report.dial && (
          <DialPanel
            metric={report.interval.metric}
            run={run}
            dial={report.dial}
            onTurned={() => setTurned(turned + 1)}
          />
        )}
        <MetricFigures report={report} />
        <Instruments run={run.name} instruments={instruments} place="figures" />
        {report.calibration && <CalibrationPanel calibration={report.calibration} run={report.run} slot={run.slot} />}
        {report.confusion && <ConfusionMatrix labels={report.labels} confusion={report.confusion} slot={run.slot} />}
        {report.perClass && <PerClassTable {...report.perClass} />}
        {report.points && <ScatterPlot run={report.run} all={report.points} slot={run.slot} />}
        <WrongestRows report={report} />
      </div>
      <Instruments run={run.name} instruments={instruments} place="end" />
    </>
  );
}
