/**
 * How sure a run may be, as it was tuned when it had ended: its temperature, the error of its
 * chances before and after, and each label's threshold.
 */

import type { MeasuredCalibration } from "../../worker/api";
import { formatPercent, formatPlural } from "../numbers";
import { ReliabilityChart } from "./ReliabilityChart";
import "./CalibrationPanel.css";

interface CalibrationPanelProps {
  calibration: MeasuredCalibration;
  run: string;
  slot: number;
}

export function CalibrationPanel({ calibration, run, slot }: CalibrationPanelProps) {
  const { temperature, thresholdFigures, notes, before, after } = calibration;
  return (
    <section className="calibration" aria-label={`Calibration of ${run}`}>
      <h3 className="chart-title">How sure it may be</h3>
      <dl className="metric-list">
        <div className="metric">
          <dt className="muted">Temperature</dt>
          <dd>{Number(temperature.toPrecision(3))}</dd>
        </div>
        <div className="metric">
          <dt className="muted">Error of its chances (ECE)</dt>
          <dd>
            {formatPercent(before.ece)} → {formatPercent(after.ece)}
          </dd>
        </div>
      </dl>
      <p className="field-help">
        {tooSure(temperature)} {measuredOn(calibration)}
      </p>
      {notes.map((note) => (
        <p key={note} className="field-help">
          {note}
        </p>
      ))}
      <div className="calibration-figures">
        <ReliabilityChart calibration={calibration} run={run} slot={slot} />
        {thresholdFigures && <ThresholdTable figures={thresholdFigures} />}
      </div>
    </section>
  );
}

function tooSure(temperature: number): string {
  if (temperature === 1) return "What it says is taken as it is.";
  return temperature > 1
    ? "On the validation rows it was too sure: dividing its logits by the temperature draws its chances together."
    : "On the validation rows it was not sure enough: dividing its logits by the temperature moves its chances apart.";
}

function measuredOn({ part, rows, imported, before, after }: MeasuredCalibration): string {
  const counted = formatPlural(rows, `${part} row`);
  const worse = after.ece > before.ece ? " There it did not make the error smaller." : "";
  if (imported)
    return `The temperature came with the adapter; the error is measured on ${counted} of the open data.${worse}`;
  return part === "test"
    ? `The error is measured on ${counted}, which had no part in it.${worse}`
    : `The error is measured on the ${counted} it was tuned on: with other rows the gain may be smaller.${worse}`;
}

function ThresholdTable({ figures }: { figures: NonNullable<MeasuredCalibration["thresholdFigures"]> }) {
  return (
    <div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll calibration-thresholds" aria-label="Thresholds of labels" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Label</th>
              <th scope="col" className="number">
                Threshold
              </th>
              <th scope="col" className="number">
                F1 at 50 %
              </th>
              <th scope="col" className="number">
                F1 with it
              </th>
            </tr>
          </thead>
          <tbody>
            {figures.map(({ label, threshold, before, after }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                <td className="number">{formatPercent(threshold)}</td>
                <td className="number">{formatPercent(before)}</td>
                <td className="number">{formatPercent(after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="field-help">A label is given where its chance is above its threshold.</p>
    </div>
  );
}
