/**
 * Gives a run about as many parameters as LoRA of a rank has, so that both can be compared fairly.
 */

import { Scale } from "lucide-react";
import { useState } from "react";
import type { MethodDescription, SizeMatch } from "../../worker/api";
import { changeOption } from "../actions/drafts";
import { useQuestion } from "../asking";
import { NumberField } from "../fields/NumberField";
import { Message } from "../layout/Message";
import { formatCount } from "../numbers";
import { currentConfiguration } from "../store/configuration";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import "./SizeMatchField.css";

/** Options that say how large an adapter is (`estimate/match-size.ts` chooses among them). */
const sizes = ["rank", "initialRank", "bottleneck", "width", "virtualTokens"];

interface SizeMatchFieldProps {
  run: DraftRun;
  method: MethodDescription;
  /** In use. */
  fields: readonly OptionField[];
}

export function SizeMatchField({ run, method, fields }: SizeMatchFieldProps) {
  const [rank, setRank] = useState(8);
  const ready = useStudio((state) => currentConfiguration(state) !== null);
  const { answer, error, waiting, ask, dismiss } = useQuestion<SizeMatch>();
  const field = fields.find(({ key }) => key === answer?.option);
  if (method.headOnly || !ready || !fields.some(({ key }) => sizes.includes(key))) return null;
  const match = () =>
    ask(async (studio) => {
      const found = await studio.matchSize(currentConfiguration(useStudio.getState())!, run.name, rank);
      for (const [option, value] of Object.entries(found.options)) changeOption(run.id, option, value, null);
      return found;
    });
  return (
    <div className="size-match">
      <NumberField
        label="As many parameters as LoRA of rank"
        value={rank}
        integer
        min={1}
        max={1024}
        onChange={(value) => value !== null && setRank(value)}
      />
      <button type="button" className="button button-small" disabled={waiting} onClick={match}>
        <Scale size={14} aria-hidden="true" /> Match the size
      </button>
      {answer && field && run.options[answer.option] === answer.value && (
        <p className="field-help">
          {field.title} {formatCount(answer.value)} trains {formatCount(answer.adapter)} parameters; LoRA trains{" "}
          {formatCount(answer.wanted)}.
        </p>
      )}
      {error !== null && (
        <Message kind="error" onClose={dismiss}>
          {error}
        </Message>
      )}
    </div>
  );
}
