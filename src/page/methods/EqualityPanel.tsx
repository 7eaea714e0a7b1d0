/**
 * What the chosen options compute exactly before training, in plain words, and a button that
 * computes it.
 */

import type { EqualityClaim, Proof } from "../../worker/api";
import { changeRun } from "../actions/drafts";
import { type Question, useAnswer, useQuestion } from "../asking";
import { Message } from "../layout/Message";
import { formatPlural, formatSetting } from "../numbers";
import { currentConfiguration } from "../store/configuration";
import type { DraftRun } from "../store/state";
import { isBusy, useStudio } from "../store/store";
import "./EqualityPanel.css";

interface EqualityPanelProps {
  run: DraftRun;
  /** Called when one was computed. */
  onProved: () => void;
}

export function EqualityPanel({ run, onProved }: EqualityPanelProps) {
  const claims = useClaims(run);
  if (claims.length === 0) return null;
  return (
    <section className="equalities" aria-label={`What ${run.name} is equal to`}>
      <h4 className="group-label">With these options</h4>
      <ul>
        {claims.map((claim, index) => (
          <Claim key={JSON.stringify([run.options, claim])} run={run} claim={claim} index={index} onProved={onProved} />
        ))}
      </ul>
    </section>
  );
}

function Claim({ run, claim, index, onProved }: EqualityPanelProps & { claim: EqualityClaim; index: number }) {
  const busy = useStudio(isBusy);
  const ready = useStudio((state) => currentConfiguration(state) !== null);
  const { answer: proof, waiting: proving, error, ask } = useQuestion<Proof>();
  const prove = () => {
    const configuration = currentConfiguration(useStudio.getState());
    if (!configuration) return;
    const { options } = run;
    ask(async (studio) => {
      const found = await studio.prove(configuration, run.name, index).finally(onProved);
      changeRun(run.id, { proof: { options, method: claim.method, equal: isEqual(found), measured: verdict(found) } });
      return found;
    });
  };
  const { text, ...others } = claim.options;
  const options = [
    ...Object.entries(others)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name} ${formatSetting(value)}`),
    ...(text === undefined ? [] : ["the same text"]),
  ];
  return (
    <li className="equality">
      <p>
        {claim.statement}{" "}
        <span className="muted">
          The same: {claim.method}
          {options.length > 0 && `, ${options.join(", ")}`}.
        </span>
      </p>
      <p className="inline">
        <button type="button" className="button button-small" disabled={busy || proving || !ready} onClick={prove}>
          {proving ? "Computing both…" : "Prove it"}
        </button>
        {!ready && <span className="field-help">Open data first.</span>}
        {ready && busy && <span className="field-help">Not while a comparison runs.</span>}
        <output className="field-help">{proof && verdict(proof)}</output>
      </p>
      {error !== null && <Message kind="error">{error}</Message>}
    </li>
  );
}

/** Float32 logits that are the same but for rounding. */
const ROUNDING = 1e-4;

function isEqual({ difference, largest }: Proof): boolean {
  return difference <= ROUNDING * Math.max(1, largest);
}

function verdict(proof: Proof): string {
  const { rows, logits, difference, largest } = proof;
  const measured =
    `${formatPlural(logits, "logit")} of ${formatPlural(rows, "row")}: largest difference ` +
    `${difference.toExponential(1)}, largest logit ${largest.toPrecision(2)}.`;
  return isEqual(proof) ? `Equal but for rounding. ${measured}` : `Not equal here. ${measured}`;
}

/**
 * The claims for a run's options, a little after they were last changed; none while they are those
 * of older options.
 */
function useClaims(run: DraftRun): readonly EqualityClaim[] {
  const source = useStudio((state) => state.model.summary?.source);
  const { name, method, options, problems } = run;
  const usable = Object.keys(problems).length === 0;
  const question: Question<{ options: object; claims: readonly EqualityClaim[] }> = async (studio) => ({
    options,
    claims: await studio.equalities({ name, method, options }),
  });
  const about = [source, usable, name, method, options];
  const { answer } = useAnswer(source && usable ? question : null, about, 150);
  return answer?.options === options ? answer.claims : [];
}
