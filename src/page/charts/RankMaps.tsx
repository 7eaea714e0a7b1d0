/**
 * For every run that spreads a budget of ranks over modules: how many each block's linears have
 * left, live.
 */

import { appearance } from "../appearance";
import type { RunRecord } from "../store/state";
import { useStudio } from "../store/store";
import { useSlowComparison } from "../store/use-slow-comparison";
import { ChartCard } from "./ChartCard";
import { type RankGrid, rankGrid } from "./rank-grid";
import "./RankMaps.css";

const cell = { width: 64, height: 26, gap: 2 };
const margin = { left: 72, top: 26 };

export function RankMaps() {
  const { current } = useSlowComparison();
  const hidden = useStudio((state) => state.ui.hidden);
  const runs = current?.runs.filter(({ ranks, key }) => ranks && !hidden.has(key)) ?? [];
  return runs.map((run) => <RankMap key={run.key} run={run} />);
}

function RankMap({ run }: { run: RunRecord }) {
  const { ranks, step, full } = run.ranks!;
  const grid = rankGrid(ranks);
  const used = ranks.reduce((sum, { rank }) => sum + rank, 0);
  const all = full * ranks.length;
  return (
    <ChartCard
      title={`Ranks in use: ${run.name}`}
      detail={`${used} of ${all} at step ${step}`}
      summary={`${used} of ${all} ranks are in use at step ${step}, of at most ${full} in each module.`}
      legend={[{ name: "share of the initial rank", shade: 0.9 }]}
      table={() => <RankTable grid={grid} />}
    >
      <RankDrawing grid={grid} full={full} color={appearance(run.slot).color} />
      <p className="chart-note">Deeper colour: more of the initial rank of {full} is left.</p>
    </ChartCard>
  );
}

function RankDrawing({ grid, full, color }: { grid: RankGrid; full: number; color: string }) {
  const width = margin.left + grid.targets.length * (cell.width + cell.gap);
  const height = margin.top + grid.rows.length * (cell.height + cell.gap);
  return (
    <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} className="rank-map" aria-hidden="true">
      {grid.targets.map((target, column) => (
        <text
          key={target}
          x={margin.left + column * (cell.width + cell.gap) + cell.width / 2}
          y={margin.top - 9}
          textAnchor="middle"
          className="rank-label"
        >
          {target}
        </text>
      ))}
      {grid.rows.map(({ name, ranks }, row) => {
        const y = margin.top + row * (cell.height + cell.gap);
        return (
          <g key={name}>
            <text x={margin.left - 8} y={y + cell.height / 2 + 4} textAnchor="end" className="rank-label">
              {name}
            </text>
            {ranks.map((rank, column) => {
              if (rank === null) return null;
              const x = margin.left + column * (cell.width + cell.gap);
              const share = rank / full;
              return (
                <g key={grid.targets[column]}>
                  <rect x={x} y={y} width={cell.width} height={cell.height} rx={3} className="rank-cell" />
                  <rect
                    x={x}
                    y={y}
                    width={cell.width}
                    height={cell.height}
                    rx={3}
                    style={{ fill: color }}
                    fillOpacity={0.65 * share}
                  />
                  <text x={x + cell.width / 2} y={y + cell.height / 2 + 4} textAnchor="middle" className="rank-number">
                    {rank}
                  </text>
                </g>
              );
            })}
          </g>
        );
      })}
    </svg>
  );
}

function RankTable({ grid }: { grid: RankGrid }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Block</th>
          {grid.targets.map((target) => (
            <th key={target} scope="col" className="number">
              {target}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {grid.rows.map(({ name, ranks }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {ranks.map((rank, column) => (
              <td key={grid.targets[column]} className="number">
                {rank ?? "–"}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
