/** A model of the Hub by its name. Nothing is asked for before the button is pressed. */

import { type FormEvent, useState } from "react";
import { lookUpModel } from "../actions/model";
import { Field } from "../fields/Field";
import { HUB, HubAccessFields, hubOf } from "../fields/HubAccessFields";
import { useStudio } from "../store/store";

export function HubTab() {
  const { looking, downloading, opening } = useStudio((state) => state.model);
  const [name, setName] = useState("");
  const [access, setAccess] = useState({ token: "", address: HUB });
  const { hub, problem } = hubOf(access);
  const waiting = looking !== null || downloading !== null || opening !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null && name.trim() !== "") void lookUpModel(name, access.token.trim() || null, hub);
  };
  return (
    <form className="model-form" onSubmit={submit}>
      <Field label="Model" help="OWNER/NAME, or OWNER/NAME@REVISION for a branch, tag or commit.">
        {(input) => (
          <input
            {...input}
            className="input"
            value={name}
            onChange={(event) => setName(event.target.value)}
            placeholder="HuggingFaceTB/SmolLM2-135M"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </Field>
      <HubAccessFields access={access} noun="models" onChange={setAccess} />
      <div className="inline">
        <button type="submit" className="button" disabled={waiting || name.trim() === "" || problem !== null}>
          Look up
        </button>
        <p className="field-help model-privacy">
          Asks {problem === null ? new URL(hub).host : "the Hub"} and the file servers it points to. They learn the
          model's name, never your data; no other request leaves this page.
        </p>
      </div>
    </form>
  );
}
