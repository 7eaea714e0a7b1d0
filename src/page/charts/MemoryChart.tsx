/**
 * Bytes by category: what all runs share once, then what each run has of its own. Before a run: the
 * estimate.
 */

import type { ByteCategory, MemoryBytes } from "../../worker/api";
import { appearance } from "../appearance";
import { formatBytes } from "../numbers";
import { memoryWords, wordsOf } from "../store/device-words";
import { firstSeeds } from "../store/first-seeds";
import { ownBytes } from "../store/memory-bytes";
import type { StudioState } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { useSteady } from "../use-steady";
import { BarPanel, type BarRow } from "./BarPanel";
import { ChartCard } from "./ChartCard";
import "./MemoryChart.css";

const parts: readonly { category: Exclude<ByteCategory, "weights" | "onnxruntime">; name: string; opacity: number }[] =
  [
    { category: "adapter", name: "adapter", opacity: 1 },
    { category: "gradients", name: "gradients", opacity: 0.82 },
    { category: "optimizer", name: "optimiser", opacity: 0.66 },
    { category: "activations", name: "activations", opacity: 0.5 },
    { category: "cache", name: "cached prefix", opacity: 0.38 },
    { category: "runtime", name: "kernels", opacity: 0.24 },
  ];

const opacities = parts.map((part) => part.opacity);

interface RunBytes {
  key: string;
  name: string;
  slot: number;
  bytes: MemoryBytes;
}

export function MemoryChart() {
  const { current } = useSlowComparison();
  const methods = useStudio((state) => state.methods);
  const model = useStudio((state) => state.model.summary);
  const here = useStudio(memoryWords);
  const measured = measuredBytes(current);
  const estimated = measured.length === 0;
  const runs = estimated ? estimatedBytes(methods) : measured;
  const weights = model?.memoryBytes ?? runs[0]?.bytes.weights ?? 0;
  const all = estimated ? methods.estimate?.total : current?.memoryBytes;
  const onnxruntime = all?.onnxruntime ?? 0;
  const summed = runs.reduce((sum, run) => sum + ownBytes(run.bytes), weights + onnxruntime);
  const total = all?.total ?? summed;
  const rows = useSteady<BarRow[]>([
    {
      key: "weights",
      name: "Base, shared",
      fill: "var(--muted)",
      label: formatBytes(weights),
      parts: [weights],
    },
    // Not told any more after the worker was started anew.
    ...(all
      ? [
          {
            key: "onnxruntime",
            name: "onnxruntime",
            fill: "var(--muted)",
            label: formatBytes(onnxruntime),
            parts: [onnxruntime],
          },
        ]
      : []),
    ...runs.map((run) => ({
      key: run.key,
      name: run.name,
      fill: appearance(run.slot).color,
      label: formatBytes(ownBytes(run.bytes)),
      parts: parts.map((part) => run.bytes[part.category]),
    })),
  ]);
  // What was measured is named after where it was measured.
  const { title } = estimated || !current?.executor ? here : wordsOf(current.executor);
  const kind = estimated ? "estimated" : "measured";
  const spoken = rows.map((row) => `${row.name} ${row.label}`).join(", ");
  return (
    <ChartCard
      title={title}
      detail={runs.length > 0 ? `${estimated ? "about " : ""}${formatBytes(total)}` : null}
      summary={runs.length > 0 ? `Bytes, ${kind}: ${spoken}.` : "Nothing to show yet."}
      className="chart-bars"
      legend={parts.map(({ name, opacity }) => ({ name, shade: opacity }))}
      table={runs.length === 0 ? null : () => <MemoryTable runs={runs} weights={weights} onnxruntime={onnxruntime} />}
    >
      {runs.length === 0 ? (
        <p className="chart-nothing">The estimate appears with a model, data and a method.</p>
      ) : (
        <>
          <BarPanel rows={rows} opacities={opacities} />
          <div className="bar-key" aria-hidden="true">
            {parts.map((part) => (
              <span key={part.category}>
                <i style={{ opacity: part.opacity }} />
                {part.name}
              </span>
            ))}
          </div>
        </>
      )}
    </ChartCard>
  );
}

function MemoryTable({
  runs,
  weights,
  onnxruntime,
}: {
  runs: readonly RunBytes[];
  weights: number;
  onnxruntime: number;
}) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Run</th>
          {parts.map((part) => (
            <th key={part.category} scope="col" className="number">
              {part.name}
            </th>
          ))}
          <th scope="col" className="number">
            own total
          </th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">Base weights, shared</th>
          <td colSpan={parts.length + 1}>{formatBytes(weights)}</td>
        </tr>
        <tr>
          <th scope="row">onnxruntime's own, shared</th>
          <td colSpan={parts.length + 1}>{formatBytes(onnxruntime)}</td>
        </tr>
        {runs.map((run) => (
          <tr key={run.key}>
            <th scope="row">{run.name}</th>
            {parts.map((part) => (
              <td key={part.category} className="number">
                {formatBytes(run.bytes[part.category])}
              </td>
            ))}
            <td className="number">{formatBytes(ownBytes(run.bytes))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function measuredBytes(current: StudioState["comparison"]["current"]): RunBytes[] {
  const runs = firstSeeds(current?.runs ?? []);
  return runs.flatMap(({ key, variant, slot, bytes }) => (bytes ? { key, name: variant.group, slot, bytes } : []));
}

function estimatedBytes({ runs, estimate }: StudioState["methods"]): RunBytes[] {
  return runs.flatMap(({ id, name, slot }) => {
    const own = estimate?.runs.find((entry) => entry.run === name && entry.problem === null);
    return own ? { key: id, name, slot, bytes: own.bytes } : [];
  });
}
