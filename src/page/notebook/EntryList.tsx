/** The comparisons that are kept: searched, filtered by tags, ticked, and what they take. */

import { Download, GitCompareArrows, Trash2, Upload } from "lucide-react";
import { useState } from "react";
import { isUnfinished } from "../../plan/phase";
import { importNotebook } from "../actions/notebook";
import { remove } from "../actions/removal";
import { useQuestion } from "../asking";
import { FileButton } from "../fields/FileButton";
import { Message } from "../layout/Message";
import { formatBytes, formatPlural } from "../numbers";
import { whyOtherRows } from "../store/comparable";
import type { NotebookEntry } from "../store/state";
import { useStudio } from "../store/store";
import { EntryCard } from "./EntryCard";
import { inGroups, isFound, tagsOf } from "./search";
import type { View } from "./view";

interface EntryListProps {
  entries: readonly NotebookEntry[];
  ticked: ReadonlySet<string>;
  onTick: (ticked: ReadonlySet<string>) => void;
  onView: (view: View) => void;
}

export function EntryList({ entries, ticked, onTick, onView }: EntryListProps) {
  const [search, setSearch] = useState("");
  const [tags, setTags] = useState<readonly string[]>([]);
  const known = tagsOf(entries);
  const wanted = tags.filter((tag) => known.includes(tag));
  const found = entries.filter((entry) => isFound(entry, search, wanted));
  const chosen = found.filter(({ id }) => ticked.has(id));
  const tick = (id: string, on: boolean) => {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    onTick(next);
  };
  return (
    <>
      <Storage entries={entries} />
      <div className="notebook-search">
        <input
          className="input"
          type="search"
          aria-label="Search the notebook"
          placeholder="Search names, notes, tags, data, models, methods"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
        {known.length > 0 && (
          <fieldset className="notebook-tags">
            <legend className="visually-hidden">Only with the tags</legend>
            {known.map((tag) => (
              <button
                key={tag}
                type="button"
                className="notebook-tag"
                aria-pressed={wanted.includes(tag)}
                onClick={() => setTags(wanted.includes(tag) ? wanted.filter((one) => one !== tag) : [...wanted, tag])}
              >
                {tag}
              </button>
            ))}
          </fieldset>
        )}
      </div>
      <Tools entries={entries} found={found} chosen={chosen} onTick={onTick} onView={onView} />
      {entries.length === 0 && (
        <p className="waiting">Nothing is kept yet. A comparison is, as soon as it has ended or was stopped.</p>
      )}
      {entries.length > 0 && found.length === 0 && <p className="waiting">No comparison is found.</p>}
      {inGroups(found).map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h3 className="group-label">{group.title}</h3>
          <ul className="notebook-list">
            {group.entries.map((entry) => (
              <EntryCard
                key={entry.id}
                entry={entry}
                ticked={ticked.has(entry.id)}
                onTick={(on) => tick(entry.id, on)}
              />
            ))}
          </ul>
        </section>
      ))}
      <Unreadable />
    </>
  );
}

interface ToolsProps {
  entries: readonly NotebookEntry[];
  /** What the search leaves of them. */
  found: readonly NotebookEntry[];
  /** What of that is ticked. */
  chosen: readonly NotebookEntry[];
  onTick: (ticked: ReadonlySet<string>) => void;
  onView: (view: View) => void;
}

/** What is done with those that are ticked, or with all. */
function Tools({ entries, found, chosen, onTick, onView }: ToolsProps) {
  const reading = useQuestion<string>();
  const [file, setFile] = useState("");
  const [first, second, ...more] = chosen;
  const two = first && second && more.length === 0 ? ([first, second] as const) : null;
  const refusal = two ? whyOtherRows(...two) : null;
  const ended = entries.filter(({ state }) => !isUnfinished(state));
  const tickable = found.filter(({ state }) => !isUnfinished(state));
  const saved = chosen.length > 0 ? chosen : ended;
  const read = (file: File) => {
    setFile(file.name);
    reading.ask(() => importNotebook(file));
  };
  return (
    <>
      <div className="notebook-tools">
        {tickable.length > 0 && (
          <label className="check notebook-all">
            <input
              type="checkbox"
              className="checkbox"
              checked={chosen.length === tickable.length}
              onChange={({ target }) => onTick(new Set(target.checked ? tickable.map(({ id }) => id) : []))}
            />
            {chosen.length === 0 ? "All" : `${chosen.length} ticked`}
          </label>
        )}
        <button
          type="button"
          className="button"
          disabled={!two || refusal !== null}
          title={two ? undefined : "Tick two comparisons on the same rows"}
          onClick={() => two && onView({ kind: "two", first: two[0].id, second: two[1].id })}
        >
          <GitCompareArrows size={16} aria-hidden="true" /> Compare two
        </button>
        <button
          type="button"
          className="button"
          disabled={chosen.length === 0}
          onClick={() => {
            onTick(new Set());
            void remove(chosen.map(({ id }) => id));
          }}
        >
          <Trash2 size={16} aria-hidden="true" /> Remove
        </button>
        <button
          type="button"
          className="button"
          disabled={saved.length === 0}
          onClick={() => onView({ kind: "export", ids: saved.map(({ id }) => id) })}
        >
          <Download size={16} aria-hidden="true" /> {chosen.length > 0 ? "Export ticked…" : "Export all…"}
        </button>
        <FileButton label="Notebook file" accept=".zip,application/zip" onFile={read}>
          <Upload size={16} aria-hidden="true" /> Import…
        </FileButton>
      </div>
      {reading.waiting && (
        <p className="waiting" role="status">
          Reading {file}…
        </p>
      )}
      {reading.error !== null && (
        <Message kind="error" onClose={reading.dismiss}>
          {reading.error}
        </Message>
      )}
      {reading.answer !== null && reading.error === null && !reading.waiting && (
        <Message kind="info">{reading.answer}</Message>
      )}
      {refusal !== null && (
        <Message kind="warning">These two cannot be compared, as their rows are not the same. {refusal}</Message>
      )}
    </>
  );
}

/** What all of it takes, and what the browser allows. */
function Storage({ entries }: { entries: readonly NotebookEntry[] }) {
  const storage = useStudio((state) => state.notebook.storage);
  const sum = (part: keyof NotebookEntry["bytes"]) => entries.reduce((total, { bytes }) => total + bytes[part], 0);
  const [record, adapters, files] = [sum("record"), sum("adapters"), sum("files")];
  const parts = [
    `${formatBytes(record)} of curves and settings`,
    `${formatBytes(adapters)} of adapters`,
    ...(files > 0 ? [`${formatBytes(files)} of data, to go on with those that were stopped`] : []),
  ];
  return (
    <div className="notebook-storage">
      <p className="field-help">
        {formatPlural(entries.length, "comparison")} {entries.length === 1 ? "takes" : "take"} about{" "}
        {formatBytes(record + adapters + files)}: {parts.join(", ")}.
        {storage !== null &&
          ` In all, this browser stores ${formatBytes(storage.used)} for the page and allows ${formatBytes(storage.allowed)}.`}
      </p>
      {storage !== null && (
        <progress
          className="progress"
          aria-label="Storage that is taken"
          max={Math.max(1, storage.allowed)}
          value={Math.min(storage.used, storage.allowed)}
        />
      )}
    </div>
  );
}

/** What lies in a comparison's place and cannot be read: why, and away with it. */
function Unreadable() {
  const unreadable = useStudio((state) => state.notebook.unreadable);
  return unreadable.map(({ id, why, bytes }) => (
    <Message
      key={id}
      kind="warning"
      actions={
        <button type="button" className="button button-small" onClick={() => void remove([id])}>
          Remove ({formatBytes(bytes)})
        </button>
      }
    >
      {why}
    </Message>
  ));
}
