/** Every tensor that a run trains: shape, numbers, learning rate, and what is downloaded of it. */

import { Fragment } from "react";
import type { TensorTable as Table, TensorGroup } from "../../worker/api";
import { formatCount, formatPlural, formatSetting } from "../numbers";
import "./TensorTable.css";

const exportedWords: Record<TensorGroup["exported"], string> = {
  kept: "as it is",
  cut: "what is left of it",
  folded: "its result",
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
              <th scope="col" className="number">
                Numbers
              </th>
              <th scope="col" className="number">
                Learning rate
              </th>
              <th scope="col">Download</th>
            </tr>
          </thead>
          {groups.map((group) => (
            <tbody key={`${group.name} ${group.shape.join()} ${group.decayed}`}>
              <tr>
                <th scope="rowgroup" colSpan={3} className="tensor-name">
                  <Path name={group.name} />
                  {group.part === "head" && <span className="muted"> of the head</span>}
                </th>
              </tr>
              <tr className="tensor-figures">
                <td className="number">
                  {formatCount(group.count)}
                  <span className="muted under">{product(group)}</span>
                </td>
                <td className="number">
                  {rates(group)}
                  {!group.decayed && <span className="muted under">no weight decay</span>}
                </td>
                <td>{exportedWords[group.exported]}</td>
              </tr>
            </tbody>
          ))}
          <tbody>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                Together
              </th>
            </tr>
            <tr className="tensor-figures">
              <td className="number">
                <b>{formatCount(total)}</b>
              </td>
              <td />
              <td />
            </tr>
          </tbody>
          <tbody>
            <tr>
              <th scope="rowgroup" colSpan={3}>
                Base model
              </th>
            </tr>
            <tr className="tensor-figures">
              <td className="number">{formatCount(frozen)}</td>
              <td className="number">frozen</td>
              <td>left out</td>
            </tr>
          </tbody>
        </table>
      </section>
      <p className="field-help">
        {groups.some(({ tensors }) => tensors > 1) &&
          "Where a name has a *, there are several tensors with a number in its place, mostly one for each block. "}
        Learning rates are those after the warm-up.
        {someFolded &&
          " Where only the result is downloaded, other programs get the finished prompt or prefix; the tensor itself lies in a file beside it, so that training can go on here."}
      </p>
    </details>
  );
}

/** Broken after dots where it is long. */
function Path({ name }: { name: string }) {
  return name.split(/(?<=\.)/).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one name have no other name than their place
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

/** `6 × 8 × 384`: how many tensors, and each one's shape. */
function product({ tensors, shape }: TensorGroup): string {
  return [...(tensors > 1 ? [tensors] : []), ...shape].map(formatCount).join(" × ");
}

function rates({ learningRate: { low, high } }: TensorGroup): string {
  const short = (rate: number) => formatSetting(Number(rate.toPrecision(3)));
  return low === high ? short(low) : `${short(low)} to ${short(high)}`;
}
