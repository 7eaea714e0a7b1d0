/** How texts are generated: greedy or drawn, how long, and where they end. */

import { changeWriting } from "../actions/writing";
import { Field } from "../fields/Field";
import { NumberField } from "../fields/NumberField";
import { useStudio } from "../store/store";

export function GenerationFields() {
  const settings = useStudio((state) => state.writing.settings);
  if (!settings) return null;
  const drawn = settings.temperature > 0;
  const number = (key: "maxNewTokens" | "temperature" | "topK" | "topP" | "seed") => ({
    value: settings[key],
    onChange: (value: number | null) => value !== null && changeWriting({ [key]: value }),
  });
  return (
    <div className="field-grid field-grid-3">
      <NumberField label="New tokens, at most" integer min={1} max={2048} {...number("maxNewTokens")} />
      <NumberField
        label="Temperature"
        help="0: always the most probable token."
        min={0}
        max={10}
        {...number("temperature")}
      />
      <NumberField label="Seed" integer min={0} disabled={!drawn} {...number("seed")} />
      <NumberField label="Top-k" help="0: all tokens." integer min={0} disabled={!drawn} {...number("topK")} />
      <NumberField label="Top-p" help="1: all tokens." above={0} max={1} disabled={!drawn} {...number("topP")} />
      <Field label="Stop at" help="A text that ends the response and is left out.">
        {(input) => (
          <input
            {...input}
            className="input"
            value={settings.stop[0] ?? ""}
            onChange={(event) => changeWriting({ stop: event.target.value === "" ? [] : [event.target.value] })}
          />
        )}
      </Field>
    </div>
  );
}
