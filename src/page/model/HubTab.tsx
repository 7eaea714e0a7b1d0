/** A model of the Hub by its name. Nothing is asked for before the button is pressed. */

import { type FormEvent, useState } from "react";
import { lookUpModel } from "../actions/model";
import { Field } from "../fields/Field";
import { useStudio } from "../store/store";

const HUB = "https://huggingface.co";

export function HubTab() {
  const { looking, downloading, opening } = useStudio((state) => state.model);
  const [name, setName] = useState("");
  // The token lives in this component and in the worker's memory, nowhere else.
  const [token, setToken] = useState("");
  const [address, setAddress] = useState(HUB);
  const hub = address.trim().replace(/\/+$/, "");
  const problem = isAddress(hub) ? null : "Write an address like https://huggingface.co.";
  const waiting = looking !== null || downloading !== null || opening !== null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (problem === null && name.trim() !== "") void lookUpModel(name, token.trim() || null, hub);
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
      <details className="more-fields">
        <summary>Token for gated models, another Hub address</summary>
        <Field label="Access token" help="Kept in memory until this page is closed, and sent to the Hub only.">
          {(input) => (
            <input
              {...input}
              className="input"
              type="password"
              value={token}
              onChange={(event) => setToken(event.target.value)}
              placeholder="hf_…"
              autoComplete="off"
            />
          )}
        </Field>
        <Field
          label="Hub address"
          help="Of the Hub, or of a mirror or server of your own that whoever serves this page has allowed it to ask."
          problem={problem}
        >
          {(input) => (
            <input
              {...input}
              className="input"
              type="url"
              value={address}
              onChange={(event) => setAddress(event.target.value)}
              autoComplete="off"
              spellCheck={false}
            />
          )}
        </Field>
      </details>
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

function isAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
