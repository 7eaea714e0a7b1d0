/**
 * Which matrices are trained by a method that draws them: every block's, by kind, and in which
 * round.
 */

import { formatPlural } from "../numbers";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import "./LayerFields.css";

export function ChosenModules({ run }: { run: DraftRun }) {
  const chosen = useStudio((state) => estimateOf(state.methods, run)?.chosen);
  if (!chosen || chosen.length === 0) return null;
  const categories = [...new Set(chosen.map(({ category }) => category))];
  const blocks = [...new Set(chosen.map(({ block }) => block))];
  const rounds = chosen[0]!.rounds.length;
  const all = chosen.reduce((sum, { modules }) => sum + modules.length, 0);
  const trained = chosen.reduce((sum, one) => sum + one.rounds[0]!.length, 0);
  return (
    <details>
      <summary>
        Trained matrices: {trained} of {formatPlural(all, "module")}
        {rounds > 1 && " in the first round"}
      </summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="layer-rates chosen-modules" aria-label="Trained matrices" tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Block</th>
              {categories.map((category) => (
                <th key={category} scope="col">
                  {category}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {blocks.map((block) => (
              <tr key={block}>
                <th scope="row">{block + 1}</th>
                {categories.map((category) => (
                  <td key={category}>
                    <Modules {...chosen.find((one) => one.block === block && one.category === category)!} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p className="field-help">
        {rounds > 1
          ? "The numbers say in which rounds a matrix is trained; one without stays frozen."
          : "Bold ones are trained, the others stay frozen."}
      </p>
    </details>
  );
}

function Modules({ modules, rounds }: { modules: readonly string[]; rounds: readonly (readonly string[])[] }) {
  return modules.map((path) => {
    const own = rounds.flatMap((trained, round) => (trained.includes(path) ? [round + 1] : []));
    const name = path.split(".").at(-1);
    if (own.length === 0) {
      return (
        <span key={path} className="chosen-module muted">
          {name}
          <span className="visually-hidden"> (frozen)</span>
        </span>
      );
    }
    return (
      <strong key={path} className="chosen-module">
        {name}
        {rounds.length > 1 && <sup> {own.join(", ")}</sup>}
      </strong>
    );
  });
}
