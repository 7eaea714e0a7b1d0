/** A line chart's numbers: at most 25 steps, the same for all runs. */

import { formatCount } from "../numbers";
import type { PlottedLine } from "./plotted-lines";
import { nearestIndex } from "./reduce-points";

interface CurveTableProps {
  lines: readonly PlottedLine[];
  format: (value: number) => string;
}

export function CurveTable({ lines, format }: CurveTableProps) {
  const all = [...new Set(lines.flatMap((line) => [...line.steps]))].sort((a, b) => a - b);
  const stride = Math.max(1, Math.ceil(all.length / 25));
  const steps = all.filter((_, index) => index % stride === 0 || index === all.length - 1);
  return (
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
  );
}
