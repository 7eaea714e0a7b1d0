/** A line chart's numbers, at the same steps for all runs. */

import { formatCount } from "../numbers";
import type { PlottedLine } from "./plotted-lines";
import { nearestIndex } from "./reduce-points";
import { tableSteps } from "./table-steps";

interface CurveTableProps {
  lines: readonly PlottedLine[];
  format: (value: number) => string;
}

export function CurveTable({ lines, format }: CurveTableProps) {
  const { steps, count, stride } = tableSteps(lines);
  return (
    <>
      {stride > 1 && (
        <p className="field-help chart-table-note">
          {formatCount(steps.length)} of {formatCount(count)} points: the first, the last, and one in {stride} of those
          between.
        </p>
      )}
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Step</th>
            {lines.map(({ run }) => (
              <th key={run.key} scope="col" className="number">
                {run.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr key={step}>
              <th scope="row">{formatCount(step)}</th>
              {lines.map(({ run, steps: own, ys }) => {
                const index = nearestIndex(own, step);
                const value = own[index] === step ? ys[index] : undefined;
                return (
                  <td key={run.key} className="number">
                    {value === undefined ? "–" : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
