/** Tokens of training rows that are replaced before the model reads them. */

import type { TrainingConfiguration } from "../../plan/configuration";
import { replacementTitles } from "../../plan/setting-words";
import { changeTraining, markTraining } from "../actions/drafts";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { formatPercent } from "../numbers";
import { useStudio } from "../store/store";
import { SettingGroup } from "./SettingGroup";

type Noise = NonNullable<TrainingConfiguration["tokenNoise"]>;

/** As in the release of masked thought fine-tuning. */
const START = { rate: 0.4, ramp: 2 / 3 } as const;

const NONE = { value: "none", label: "nothing" } as const;
const replacements = (["random", "mask", "pad"] as const).map((value) => ({
  value,
  label: replacementTitles[value],
}));

const percent = (share: number) => Number((100 * share).toPrecision(4));

export function NoiseFields() {
  const noise = useStudio((state) => state.training.settings?.tokenNoise);
  const grouped = useStudio((state) => state.data.summary?.settings.group);
  const answers = useStudio((state) => state.data.summary?.settings.task === "causal-lm");
  const of = answers ? "tokens of the answers" : "tokens";
  const change = (fields: Partial<Noise>) => noise && changeTraining({ tokenNoise: { ...noise, ...fields } });
  return (
    <SettingGroup
      title="Noise in training rows"
      summary={noise ? `up to ${formatPercent(noise.rate, 0)} of the ${of} replaced` : "none"}
    >
      <SelectField
        label="Replace tokens by"
        help={
          answers
            ? "Some tokens of the answers are replaced before the model reads them; what it learns to say stays (masked thought fine-tuning)."
            : "Some tokens are replaced before the model reads them; the answers stay."
        }
        value={noise?.replacement ?? NONE.value}
        choices={[NONE, ...replacements]}
        onChange={(value) => {
          const replacement = replacements.find((choice) => choice.value === value)?.value;
          changeTraining({ tokenNoise: replacement && { ...START, ...noise, replacement } });
        }}
      />
      {noise && (
        <>
          <NumberField
            label="Replaced, % of tokens"
            value={percent(noise.rate)}
            min={0}
            max={100}
            onChange={(value) => value !== null && change({ rate: value / 100 })}
            onProblem={(problem) => markTraining("Replaced, % of tokens", problem)}
          />
          {(grouped || noise.group !== undefined) && (
            <Field label="Only in rows of" help={`A value of ${grouped ?? "the group column"}; empty: in all rows.`}>
              {(input) => (
                <input
                  {...input}
                  className="input"
                  value={noise.group ?? ""}
                  onChange={(event) => change({ group: event.target.value === "" ? undefined : event.target.value })}
                />
              )}
            </Field>
          )}
          <NumberField
            label="Reached after, % of steps"
            help="It rises from 0 in even steps. 0: from the first step on."
            value={percent(noise.ramp)}
            min={0}
            max={100}
            onChange={(value) => value !== null && change({ ramp: value / 100 })}
            onProblem={(problem) => markTraining("Reached after, % of steps", problem)}
          />
        </>
      )}
    </SettingGroup>
  );
}
