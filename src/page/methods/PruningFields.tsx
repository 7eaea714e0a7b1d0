/** Which part of every training batch a run learns from. */

import type { RunConfiguration } from "../../plan/configuration";
import { changeRun, markRun } from "../actions/drafts";
import { useAnswer } from "../asking";
import { SelectField } from "../fields/SelectField";
import { optionFields } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { OptionInput } from "./OptionInput";

const WHOLE = "whole";
const HELP = "Of all that a batch has. Curves can be drawn by kept tokens, for runs that learn from less of it.";

export function PruningFields({ run }: { run: DraftRun }) {
  const answer = useStudio(({ data }) => data.summary?.answer);
  const { answer: rules } = useAnswer((studio) => studio.listPrunings(), []);
  const { pruning } = run;
  // A number, or several labels at once, have no losses that rows are chosen by.
  if (!rules || (!pruning && (answer === "number" || answer === "labels"))) return null;
  const rule = rules.find(({ by }) => by === pruning?.by);
  const hasTokens = answer === "text" || answer === "tags";
  const isOfTokens = (key: string) => rule?.optionsSchema.properties[key]?.ofTokens === true;
  const set = (given: RunConfiguration["pruning"]) => changeRun(run.id, { pruning: given });
  const fields = rule ? optionFields(rule.optionsSchema) : [];
  return (
    <>
      <div className="field-grid field-grid-1">
        <SelectField
          label="Learn from"
          help={rule?.summary ?? HELP}
          value={pruning?.by ?? WHOLE}
          choices={[
            { value: WHOLE, label: "Whole batches" },
            // One that another task's data left behind is shown, so that it can be taken back.
            ...rules
              .filter(({ by, ofResponses }) => !ofResponses || answer === "text" || by === pruning?.by)
              .map(({ by, title }) => ({ value: by, label: title })),
          ]}
          onChange={(by) => {
            for (const { key } of fields) markRun(run.id, `pruning ${key}`, null);
            set(rules.find((one) => one.by === by)?.start);
          }}
        />
      </div>
      {pruning && (
        <div className="field-grid">
          {fields
            // A share that another task's data left behind is shown, so that it can be set back.
            .filter(({ key }) => hasTokens || !isOfTokens(key) || (key === "tokens" && pruning.tokens < 1))
            .map((field) => (
              <OptionInput
                key={field.key}
                field={field}
                linearNames={[]}
                options={pruning}
                onChange={(value, problem = null) => {
                  markRun(run.id, `pruning ${field.key}`, problem);
                  if (problem === null) set({ ...pruning, [field.key]: value } as RunConfiguration["pruning"]);
                }}
              />
            ))}
        </div>
      )}
    </>
  );
}
