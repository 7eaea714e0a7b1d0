/**
 * The methods in a dialog: searched, by family, with what each costs on the open model; several are
 * ticked and added at once.
 */

import { BookOpen, Plus } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useEffect, useState } from "react";
import { addRuns } from "../actions/drafts";
import { estimateMethods, type MethodEstimates } from "../actions/method-estimates";
import { Field } from "../fields/Field";
import { methodGroups } from "../method-cards/method-groups";
import { formatPlural } from "../numbers";
import { patch, useStudio } from "../store/store";
import { foundMethods, type MethodRow, methodRow, nearestTitle } from "./method-rows";
import { Presets } from "./Presets";
import "./MethodChooser.css";

const NotHere = lazy(() => import("./NotHere"));

export default function MethodChooser({ onDone }: { onDone: () => void }) {
  const { descriptions, pace, runs } = useStudio((state) => state.methods);
  const isOpen = useStudio(({ data, model }) => data.summary?.problem === null && model.summary !== null);
  const [search, setSearch] = useState("");
  const [family, setFamily] = useState<string | null>(null);
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const [estimates, setEstimates] = useState<MethodEstimates>(new Map());
  useEffect(() => estimateMethods(setEstimates), []);
  const found = foundMethods(descriptions, search);
  const shown = family === null ? found : found.filter(({ group }) => group === family);
  const toggle = (id: string) =>
    setTicked(ticked.includes(id) ? ticked.filter((other) => other !== id) : [...ticked, id]);
  const families = [{ id: null, title: "All" }, ...methodGroups];
  const near = found.length === 0 ? nearestTitle(descriptions, search) : null;
  /** Enter ticks what is found first, so that several are chosen without the mouse. */
  const tickFirst = (event: KeyboardEvent) => {
    const [first] = shown;
    if (event.key !== "Enter" || !first || search.trim() === "") return;
    event.preventDefault();
    if (!ticked.includes(first.id)) toggle(first.id);
    setSearch("");
  };
  return (
    <>
      <Presets title="A question that several answer, in place of the runs that are chosen" onChosen={onDone} />
      <Field label="Search">
        {(input) => (
          <input
            {...input}
            className="input"
            type="search"
            // biome-ignore lint/a11y/noAutofocus: whoever opens this dialog looks for a method
            autoFocus
            value={search}
            placeholder="a name, a paper, or what is trained; Enter ticks the first"
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={tickFirst}
          />
        )}
      </Field>
      <div className="chooser">
        <fieldset className="chooser-families" aria-label="Families">
          {families.map(({ id, title }) => {
            const count = id === null ? found.length : found.filter(({ group }) => group === id).length;
            return (
              <button
                key={title}
                type="button"
                className="chooser-family"
                aria-pressed={family === id}
                onClick={() => setFamily(id)}
              >
                {title} <span className="muted">{count}</span>
              </button>
            );
          })}
        </fieldset>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <section className="chooser-rows" aria-label="Methods found" tabIndex={0}>
          {!isOpen && <p className="field-help">Open data and a base model to see what each trains and takes.</p>}
          {methodGroups.map(({ id, title }) => {
            const members = shown.filter(({ group }) => group === id);
            if (members.length === 0) return null;
            return (
              <section key={id} aria-label={title}>
                <h3 className="chooser-heading">{title}</h3>
                <ul className="chooser-list">
                  {members.map((method) => (
                    <ChooserRow
                      key={method.id}
                      row={methodRow(method, estimates.get(method.id), pace)}
                      isOpen={isOpen}
                      chosen={runs.filter((run) => run.method === method.id).length}
                      ticked={ticked.includes(method.id)}
                      onTick={() => toggle(method.id)}
                    />
                  ))}
                </ul>
              </section>
            );
          })}
          {shown.length === 0 && (
            <p className="field-help">
              {found.length > 0 ? (
                <>
                  None in this family; {formatPlural(found.length, "method")} in others.{" "}
                  <button type="button" className="text-button" onClick={() => setFamily(null)}>
                    Show all
                  </button>
                </>
              ) : (
                <>
                  No method here has these words.
                  {near !== null && (
                    <>
                      {" "}
                      Nearest by name:{" "}
                      <button type="button" className="text-button" onClick={() => setSearch(near)}>
                        {near}
                      </button>
                    </>
                  )}
                </>
              )}
            </p>
          )}
          {search.trim() !== "" && (
            <Suspense fallback={null}>
              <NotHere search={search} />
            </Suspense>
          )}
        </section>
      </div>
      <div className="chooser-footer">
        <button
          type="button"
          className="text-button"
          onClick={() => {
            onDone();
            patch("ui", { guide: true });
          }}
        >
          <BookOpen size={14} aria-hidden="true" /> Method guide, and what is not here
        </button>
        <button
          type="button"
          className="button button-primary"
          disabled={ticked.length === 0}
          onClick={() => {
            addRuns(ticked);
            onDone();
          }}
        >
          <Plus size={16} aria-hidden="true" />{" "}
          {ticked.length === 0 ? "Add" : `Add ${formatPlural(ticked.length, "method")}`}
        </button>
      </div>
    </>
  );
}

interface ChooserRowProps {
  row: MethodRow;
  isOpen: boolean;
  /** How many runs of it there are. */
  chosen: number;
  ticked: boolean;
  onTick: () => void;
}

function ChooserRow({ row, isOpen, chosen, ticked, onTick }: ChooserRowProps) {
  const { method, parameters, bytes, seconds, problem, loaded, paper } = row;
  const waiting = isOpen && problem === null ? "…" : "–";
  const trains = method.learningRate !== null;
  return (
    <li className="chooser-row">
      <label className="chooser-label">
        <input type="checkbox" className="checkbox" checked={ticked} onChange={onTick} />
        <span>
          <strong>{method.title}</strong>
          {chosen > 0 && <span className="muted"> · {chosen === 1 ? "chosen" : `chosen ${chosen} times`}</span>}
          <span className="chooser-summary muted">{method.summary}</span>
        </span>
      </label>
      <dl className="chooser-facts">
        <div>
          <dt>Trains</dt>
          <dd>{parameters ?? waiting}</dd>
        </div>
        <div>
          <dt>Memory</dt>
          <dd>{bytes ?? waiting}</dd>
        </div>
        <div>
          <dt>A step</dt>
          <dd>{trains ? (seconds ?? "not measured yet") : "takes none"}</dd>
        </div>
      </dl>
      {problem !== null && <p className="chooser-note field-problem">Not on what is open: {problem}</p>}
      <p className="chooser-note muted">
        {loaded}
        {loaded !== "" && paper && " · "}
        {paper && (
          <a href={paper.url} target="_blank" rel="noreferrer" title={`${paper.title} (opens a new tab)`}>
            {paper.authors}
          </a>
        )}
      </p>
    </li>
  );
}
