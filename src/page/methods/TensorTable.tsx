/** Every tensor that a run trains: shape, numbers, learning rate, and what is downloaded of it. */

import type { TensorTable as Table, TensorGroup } from "../../worker/api";
import { formatCount, formatPlural, formatSetting } from "../numbers";
import "./TensorTable.css";

const exportedWords: Record<TensorGroup["exported"], string> = {
  kept: "as it is",
  cut: "what is left of it",
  folded: "only what it computes",
};

export function TensorTable({ table: { groups, fitted, frozen } }: { table: Table }) {
  const tensors = groups.reduce((sum, group) => sum + group.tensors, 0);
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  if (tensors === 0) {
    return (
      <p className="field-help">
        No tensor is trained{fitted > 0 && `; ${formatCount(fitted)} numbers are fitted to the training rows`}.
      </p>
    );
  }
  const someFolded = groups.some(({ exported }) => exported === "folded");
  return (
    <details className="tensors">
      <summary>
        What is trained: {formatPlural(tensors, "tensor")}, {formatPlural(total, "number")}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll tensors-scroll" aria-label="Trained tensors" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Tensor</th>
              <th scope="col" className="number">
                Numbers
              </th>
              <th scope="col" className="number">
                Learning rate
              </th>
              <th scope="col">Download</th>
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <tr key={`${group.name} ${group.shape.join()} ${group.decayed}`}>
                <th scope="row" className="tensor-name">
                  {group.name}
                  {group.part === "head" && <span className="muted under">of the head</span>}
                </th>
                <td className="number">
                  {formatCount(group.count)}
                  <span className="muted under">{product(group)}</span>
                </td>
                <td className="number">
                  {rates(group)}
                  {!group.decayed && <span className="muted under">no decay</span>}
                </td>
                <td>{exportedWords[group.exported]}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Together</th>
              <td className="number">
                <b>{formatCount(total)}</b>
              </td>
              <td />
              <td />
            </tr>
            <tr>
              <th scope="row">Base model</th>
              <td className="number">{formatCount(frozen)}</td>
              <td className="number">frozen</td>
              <td>left out</td>
            </tr>
          </tfoot>
        </table>
      </section>
      <p className="field-help">
        {groups.some(({ tensors }) => tensors > 1) && "A * stands for the number of the block. "}
        Learning rates are those after the warm-up.
        {someFolded &&
          " Of what is marked “only what it computes”, other programs get the finished prompt or prefix; the tensor itself lies beside it, so that training can go on here."}
      </p>
    </details>
  );
}

/** `6 × 8 × 384`: how many tensors, and each one's shape. */
function product({ tensors, shape }: TensorGroup): string {
  return [...(tensors > 1 ? [tensors] : []), ...shape].map(formatCount).join(" × ");
}

function rates({ learningRate: { low, high } }: TensorGroup): string {
  const short = (rate: number) => formatSetting(Number(rate.toPrecision(3)));
  return low === high ? short(low) : `${short(low)} to ${short(high)}`;
}
