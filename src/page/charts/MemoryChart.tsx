/**
 * Bytes by category: what all runs share once, then what each run has of its own. The bars sum to
 * the total above them. Before a run: the estimate.
 */

import { isEnded } from "../../plan/phase";
import { appearance } from "../appearance";
import { formatBytes } from "../numbers";
import { memoryWords, wordsOf } from "../store/device-words";
import { type MemoryBars, OWN, type OwnCategory, type RunBytes, shownBars } from "../store/memory-bytes";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { BarPanel, type BarRow } from "./BarPanel";
import { ChartCard } from "./ChartCard";
import "./MemoryChart.css";

const parts: Record<OwnCategory, { name: string; opacity: number }> = {
  adapter: { name: "adapter", opacity: 1 },
  gradients: { name: "gradients", opacity: 0.75 },
  optimizer: { name: "optimiser", opacity: 0.5 },
  runtime: { name: "kernels", opacity: 0.25 },
};

const opacities = OWN.map((category) => parts[category].opacity);

const sumOf = ({ own }: RunBytes) => OWN.reduce((sum, category) => sum + own[category], 0);

export function MemoryChart() {
  const { current, past } = useSlowComparison();
  const newest = current ?? past[0] ?? null;
  const methods = useStudio((state) => state.methods);
  const training = useStudio((state) => state.training);
  const data = useStudio((state) => state.data);
  const model = useStudio((state) => state.model);
  const here = useStudio(memoryWords);
  const shown = shownBars(newest, { methods, training, data, model });
  const bars = shown?.bars ?? null;
  const estimated = shown?.measured !== true;
  const rows = useSteady<BarRow[]>(
    bars === null
      ? []
      : [
          ...bars.shared.map(({ name, bytes }) => ({
            key: name,
            name,
            fill: "var(--muted)",
            label: formatBytes(bytes),
            parts: [bytes],
          })),
          ...bars.runs.map((run) => ({
            key: run.key,
            name: run.name,
            fill: appearance(run.slot).color,
            label: formatBytes(sumOf(run)),
            parts: OWN.map((category) => run.own[category]),
          })),
        ],
  );
  // What was measured is named after where it was measured.
  const { title } = estimated || !newest?.executor ? here : wordsOf(newest.executor);
  const kind = estimated ? "estimated" : "measured";
  const spoken = rows.map((row) => `${row.name} ${row.label}`).join(", ");
  return (
    <ChartCard
      title={title}
      detail={bars ? `${estimated ? "about " : ""}${formatBytes(bars.total)}` : null}
      summary={bars ? `Bytes, ${kind}: ${spoken}.` : "Nothing to show yet."}
      className="chart-bars"
      legend={OWN.map((category) => ({ name: parts[category].name, shade: parts[category].opacity }))}
      table={bars && (() => <MemoryTable bars={bars} />)}
    >
      {bars === null ? (
        <p className="chart-nothing">
          {newest && isEnded(newest.state)
            ? "It ended before its memory was measured."
            : "The estimate appears with a model, data and a method."}
        </p>
      ) : (
        <>
          <BarPanel rows={rows} opacities={opacities} />
          <div className="bar-key" aria-hidden="true">
            <span>
              <i className="bar-key-shared" />
              shared by all runs
            </span>
            {OWN.map((category) => (
              <span key={category}>
                <i style={{ opacity: parts[category].opacity }} />
                {parts[category].name}
              </span>
            ))}
          </div>
        </>
      )}
    </ChartCard>
  );
}

/** With what a step of each run uses of the workspace, which is in no sum twice. */
function MemoryTable({ bars: { shared, runs, total } }: { bars: MemoryBars }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Run</th>
          {OWN.map((category) => (
            <th key={category} scope="col" className="number">
              {parts[category].name}
            </th>
          ))}
          <th scope="col" className="number">
            own
          </th>
          <th scope="col" className="number">
            of the workspace
          </th>
        </tr>
      </thead>
      <tbody>
        {shared.map(({ name, bytes }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td colSpan={OWN.length + 2}>{formatBytes(bytes)}</td>
          </tr>
        ))}
        {runs.map((run) => (
          <tr key={run.key}>
            <th scope="row">{run.name}</th>
            {OWN.map((category) => (
              <td key={category} className="number">
                {formatBytes(run.own[category])}
              </td>
            ))}
            <td className="number">{formatBytes(sumOf(run))}</td>
            <td className="number">{formatBytes(run.activations)}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">All together</th>
          <td colSpan={OWN.length + 2}>{formatBytes(total)}</td>
        </tr>
      </tbody>
    </table>
  );
}
