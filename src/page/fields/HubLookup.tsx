/**
 * The name of something on the Hugging Face Hub, and the button that looks it up: the same for
 * models and data sets. Nothing is asked for before it is pressed.
 */

import { type FormEvent, useState } from "react";
import type { HubPlace } from "../../worker/api";
import { Field } from "./Field";
import { HUB, HubAccessFields, hubOf } from "./HubAccessFields";

interface HubLookupProps {
  /** What is looked up, as a label and as a plural: `Model`, `models`. */
  label: string;
  noun: string;
  placeholder: string;
  /** What those who are asked learn: `They learn the model's name.` */
  learned: string;
  disabled: boolean;
  onLookUp: (place: HubPlace) => void;
}

export function HubLookup({ label, noun, placeholder, learned, disabled, onLookUp }: HubLookupProps) {
  const [name, setName] = useState("");
  const [access, setAccess] = useState({ token: "", address: HUB });
  const { hub, problem } = hubOf(access);
  const isReady = !disabled && problem === null && name.trim() !== "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isReady) onLookUp({ name, token: access.token.trim() || null, address: hub });
  };
  return (
    <form className="model-form" onSubmit={submit}>
      <Field label={label} help="OWNER/NAME, or OWNER/NAME@REVISION for a branch, tag or commit.">
        {(input) => (
          <input
            {...input}
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder={placeholder}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      <HubAccessFields access={access} noun={noun} onChange={setAccess} />
      <div className="inline">
        <button type="submit" className="button" disabled={!isReady}>
          Look up
        </button>
        <p className="field-help model-privacy">
          Asks {problem === null ? new URL(hub).host : "the Hub"} and the file servers it points to. {learned}
        </p>
      </div>
    </form>
  );
}
