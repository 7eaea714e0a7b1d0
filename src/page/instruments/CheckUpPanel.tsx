/**
 * The check-up: what the worker sees in a run, what to try, and each tensor's gradient.
 */

import { CircleAlert, Info } from "lucide-react";
import type { InstrumentResult } from "../../worker/api";
import { Explained } from "../glossary/Term";
import { formatPlural } from "../numbers";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { PanelProps } from "./panel";
import "./CheckUpPanel.css";

export function CheckUpPanel(props: PanelProps) {
  const waiting = `Reading losses, gradients and rows of ${props.run}…`;
  return (
    <MeasureWhenOpened {...props} id="check-up" input={null} waiting={waiting}>
      {(result) => <Findings {...result} />}
    </MeasureWhenOpened>
  );
}

function Findings({ findings, gradients }: InstrumentResult<"check-up">) {
  return (
    <>
      {findings.length === 0 && (
        <p className="field-help">
          Nothing stands out: loss, gradients, virtual tokens, lengths and labels look as they do in a run that learns.
        </p>
      )}
      <ul className="findings">
        {findings.map(({ kind, sees, tries }) => (
          <li key={sees} className="finding">
            {kind === "problem" ? (
              <CircleAlert size={16} aria-label="Problem" className="finding-problem" />
            ) : (
              <Info size={16} aria-label="Hint" className="muted" />
            )}
            <span>
              <Explained>{sees}</Explained>{" "}
              <span className="muted">
                <Explained>{tries}</Explained>
              </span>
            </span>
          </li>
        ))}
      </ul>
      {gradients.length > 0 && <Gradients gradients={gradients} />}
    </>
  );
}

function Gradients({ gradients }: Pick<InstrumentResult<"check-up">, "gradients">) {
  const largest = Math.max(...gradients.map(({ norm }) => norm));
  return (
    <details>
      <summary>Gradient norms of the last step, {formatPlural(gradients.length, "tensor")}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="table-scroll gradient-norms" aria-label="Gradient norms" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Tensor</th>
              <th scope="col" className="number">
                Norm
              </th>
              <td />
            </tr>
          </thead>
          <tbody>
            {gradients.map(({ tensor, norm }) => (
              <tr key={tensor}>
                <th scope="row">
                  <code>{tensor}</code>
                </th>
                <td className="number">{norm === 0 ? "0" : norm.toPrecision(3)}</td>
                <td className="gradient-track">
                  <span className="gradient-bar" style={{ width: `${largest > 0 ? (100 * norm) / largest : 0}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
