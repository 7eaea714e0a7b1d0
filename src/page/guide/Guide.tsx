/**
 * Every method by its card, as the registry has it, the base models that can be opened, then
 * instruction tuning as surveys order it, and what is not here. All of it can be searched.
 */

import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { MethodDescription } from "../../worker/api";
import { addRuns } from "../actions/drafts";
import { showStep } from "../actions/ui";
import { Field } from "../fields/Field";
import { SelectField } from "../fields/SelectField";
import { MethodCard } from "../method-cards/MethodCard";
import { methodGroups } from "../method-cards/method-groups";
import { formatPlural } from "../numbers";
import { patch, useStudio } from "../store/store";
import { baseModels } from "./base-models";
import { matches } from "./find";
import { instructionTuning, type System, systems } from "./systems";

const kinds = [
  { value: "", label: "everything" },
  ...methodGroups.map(({ id, title }) => ({ value: id, label: title })),
  { value: "models", label: "Base models" },
  { value: "not here", label: "What is not here" },
];

const stateWords = { works: "here", partly: "partly here", no: "not here" } as const;

export default function Guide() {
  const descriptions = useStudio((state) => state.methods.descriptions);
  const [search, setSearch] = useState("");
  const [kind, setKind] = useState("");
  const methods = descriptions.filter(
    (method) =>
      (kind === "" || kind === method.group) &&
      matches(search, [method.title, method.summary, method.group, ...Object.values(method.card).map(textOf)]),
  );
  const others = kind === "" || kind === "not here";
  const found = others
    ? systems.filter(({ name, where, outOfScope, missing }) => matches(search, [name, where, outOfScope, missing]))
    : [];
  const never = found.filter(({ outOfScope }) => outOfScope !== "");
  const absent = found.filter(({ state, outOfScope }) => state === "no" && outOfScope === "");
  const partly = found.filter(({ state }) => state === "partly");
  const families =
    kind === "" || kind === "models"
      ? baseModels.families.filter(({ title, covers }) => matches(search, [title, covers]))
      : [];
  const refused = (others || kind === "models") && matches(search, ["Base models", baseModels.refused]);
  // Among what is not here, what works is not.
  const isListed = ({ state }: System) => kind === "" || state !== "works";
  const survey = others
    ? instructionTuning.map(({ title, rows }) => ({
        title,
        rows: rows.flatMap((id) => found.find((system) => system.id === id) ?? []).filter(isListed),
      }))
    : [];
  const count = methods.length + families.length + Number(refused) + never.length + absent.length + partly.length;
  return (
    <>
      <div className="field-grid guide-search">
        <Field label="Search">
          {(input) => (
            <input
              {...input}
              className="input"
              type="search"
              value={search}
              placeholder="such as prefix"
              onChange={(event) => setSearch(event.target.value)}
            />
          )}
        </Field>
        <SelectField label="Show" value={kind} choices={kinds} onChange={setKind} />
      </div>
      <output className="muted guide-count">{formatPlural(count, "entry", "entries")}</output>
      {methodGroups.map(({ id, title }) => {
        const members = methods.filter(({ group }) => group === id);
        return (
          <Section key={id} title={title} shown={members.length > 0}>
            {members.map((method) => (
              <MethodEntry key={method.id} method={method} />
            ))}
          </Section>
        );
      })}
      <Section title="Base models" shown={families.length > 0}>
        {families.map(({ title, covers }) => (
          <li key={title} className="guide-entry">
            <strong>{title}</strong>
            {covers !== title && <p className="muted">{covers}</p>}
          </li>
        ))}
      </Section>
      <Section title="Base models that are refused" shown={refused}>
        <li className="guide-entry">
          <p>{baseModels.refused}</p>
        </li>
      </Section>
      <Section title="Instruction tuning, as surveys order it" shown={survey.some(({ rows }) => rows.length > 0)}>
        {survey
          .filter(({ rows }) => rows.length > 0)
          .map(({ title, rows }) => (
            <li key={title} className="guide-entry">
              <strong>{title}</strong>
              <ul className="guide-list">
                {rows.map((system) => (
                  <SystemEntry key={system.id} system={system} withState />
                ))}
              </ul>
            </li>
          ))}
      </Section>
      <Section title="Out of scope" shown={never.length > 0}>
        {never.map((system) => (
          <SystemEntry key={system.id} system={system} />
        ))}
      </Section>
      <Section title="Not here yet" shown={absent.length > 0}>
        {absent.map((system) => (
          <SystemEntry key={system.id} system={system} />
        ))}
      </Section>
      <Section title="Here in part" shown={partly.length > 0}>
        {partly.map((system) => (
          <SystemEntry key={system.id} system={system} />
        ))}
      </Section>
    </>
  );
}

const textOf = (part: string | MethodDescription["card"]["paper"] | undefined) =>
  typeof part === "string" ? part : part?.title;

function Section({ title, shown, children }: { title: string; shown: boolean; children: ReactNode }) {
  if (!shown) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <ul className="guide-list">{children}</ul>
    </section>
  );
}

function MethodEntry({ method }: { method: MethodDescription }) {
  const { id, title, summary } = method;
  return (
    <li className="guide-entry">
      <div className="guide-heading">
        <strong>{title}</strong>
        <button
          type="button"
          className="button button-small"
          aria-label={`Add ${title}`}
          onClick={() => {
            addRuns([id]);
            patch("ui", { guide: false });
            showStep("methods");
          }}
        >
          <Plus size={14} aria-hidden="true" /> Add
        </button>
      </div>
      <p className="muted">{summary}</p>
      <details>
        <summary>What it trains, costs and needs</summary>
        <MethodCard method={method} />
      </details>
    </li>
  );
}

function SystemEntry({ system, withState = false }: { system: System; withState?: boolean }) {
  const { name, state, where, outOfScope, missing } = system;
  return (
    <li className="guide-entry">
      <strong>{name}</strong>
      {withState && <span className="muted"> · {stateWords[state]}</span>}
      {outOfScope !== "" && <p>Because {outOfScope}.</p>}
      {where !== "" && (
        <p>
          <Emphasised text={where} />.
        </p>
      )}
      {missing !== "" && outOfScope === "" && (
        <p className="muted">
          Missing: <Emphasised text={missing} />.
        </p>
      )}
    </li>
  );
}

/** `*…*` as emphasis. */
function Emphasised({ text }: { text: string }) {
  return text.split("*").map((part, place) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name than their place
    place % 2 ? <em key={place}>{part}</em> : part,
  );
}
