/**
 * Which layers of a run are trained and how fast each learns, with the table of rates that follows.
 */

import { changeRun, markRun } from "../actions/drafts";
import { NumberField } from "../fields/NumberField";
import { formatSetting } from "../numbers";
import { ownSettings } from "../store/configuration";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import "./LayerFields.css";

export function LayerFields({ run }: { run: DraftRun }) {
  const layers = useStudio((state) => state.model.summary?.layers);
  const estimate = useStudio((state) => estimateOf(state.methods, run));
  if (layers === undefined) return null;
  const { frozenLayers, layerDecay } = ownSettings(run);
  const set = frozenLayers !== undefined || layerDecay !== undefined;
  return (
    <>
      <div className="field-grid">
        <NumberField
          label="Frozen layers"
          help={`Nothing is trained in this many of the ${layers} blocks, from the input up; the backward pass ends there.`}
          value={run.frozenLayers ?? 0}
          integer
          min={0}
          max={layers}
          onChange={(frozenLayers) => changeRun(run.id, { frozenLayers: frozenLayers ?? 0 })}
          onProblem={(problem) => markRun(run.id, "frozen layers", problem)}
        />
        <NumberField
          label="Rate decay per layer"
          help="Each block learns at this share of the rate of the block above it; 1: all alike."
          value={run.layerDecay ?? 1}
          above={0}
          max={1}
          onChange={(layerDecay) => changeRun(run.id, { layerDecay: layerDecay ?? 1 })}
          onProblem={(problem) => markRun(run.id, "rate decay", problem)}
        />
      </div>
      {set && estimate?.problem === null && (
        <section className="layer-rates" aria-label="Learning rate by layer">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Layer</th>
                <th scope="col" className="number">
                  Learning rate
                </th>
              </tr>
            </thead>
            <tbody>
              {estimate.layerRates.map(({ layer, learningRate }) => (
                <tr key={layer}>
                  <td>{layer}</td>
                  <td className="number">
                    {learningRate === 0 ? "frozen" : formatSetting(Number(learningRate.toPrecision(3)))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
