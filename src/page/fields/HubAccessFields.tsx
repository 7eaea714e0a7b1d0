/** A token for what is gated, and another address of the Hub: the same for models and data sets. */

import { Field } from "./Field";

export const HUB = "https://huggingface.co";

export interface HubAccess {
  /** Lives in a component and in the worker's memory, nowhere else. */
  token: string;
  address: string;
}

/** The address without a slash at its end, and what is wrong with it. */
export function hubOf({ address }: HubAccess): { hub: string; problem: string | null } {
  const hub = address.trim().replace(/\/+$/, "");
  const isAddress = URL.canParse(hub) && /^https?:$/.test(new URL(hub).protocol);
  return { hub, problem: isAddress ? null : "Write an address like https://huggingface.co." };
}

interface FieldsProps {
  access: HubAccess;
  /** What may be gated: `models`. */
  noun: string;
  onChange: (access: HubAccess) => void;
}

export function HubAccessFields({ access, noun, onChange }: FieldsProps) {
  return (
    <details className="more-fields">
      <summary>Token for gated {noun}, another Hub address</summary>
      <Field label="Access token" help="Kept in memory until this page is closed, and sent to the Hub only.">
        {(input) => (
          <input
            {...input}
            className="input"
            type="password"
            value={access.token}
            onChange={(event) => onChange({ ...access, token: event.target.value })}
            placeholder="hf_…"
            autoComplete="off"
          />
        )}
      </Field>
      <Field
        label="Hub address"
        help="Of the Hub, or of a mirror or server of your own that whoever serves this page has allowed it to ask."
        problem={hubOf(access).problem}
      >
        {(input) => (
          <input
            {...input}
            className="input"
            type="url"
            value={access.address}
            onChange={(event) => onChange({ ...access, address: event.target.value })}
            autoComplete="off"
            spellCheck={false}
          />
        )}
      </Field>
    </details>
  );
}
