/**
 * One comparison in the notebook: what it is, what was said of it, and what can be done with it.
 */

import { Copy, FolderOpen, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import { useState } from "react";
import { isUnfinished } from "../../plan/phase";
import { openKept, sameWith } from "../actions/notebook";
import { label } from "../actions/notebook-list";
import { remove } from "../actions/removal";
import { formatBytes, formatPlural, formatWhen } from "../numbers";
import { nameOf } from "../store/notebook";
import type { NotebookEntry } from "../store/state";
import { useStudio } from "../store/store";
import { LabelForm } from "./LabelForm";

interface EntryCardProps {
  entry: NotebookEntry;
  ticked: boolean;
  onTick: (ticked: boolean) => void;
}

export function EntryCard({ entry, ticked, onTick }: EntryCardProps) {
  const [editing, setEditing] = useState(false);
  const isShown = useStudio(({ comparison: { current, past } }) => (current ?? past[0])?.id === entry.id);
  const { id, labels, startedAt, state, dataTitle, modelName, methods, runs, steps, headline, bytes, adapters } = entry;
  const name = nameOf(entry, labels);
  const running = isUnfinished(state);
  const ground = labels.name || labels.pinned ? `${dataTitle} · ${modelName} · ` : "";
  const total = bytes.record + bytes.adapters + bytes.files;
  return (
    <li className="notebook-entry" aria-label={name}>
      <input
        type="checkbox"
        className="checkbox"
        aria-label={`Choose ${name}`}
        checked={ticked}
        disabled={running}
        onChange={({ target }) => onTick(target.checked)}
      />
      <div className="notebook-entry-said">
        <p className="notebook-entry-name">
          {labels.name || formatWhen(startedAt)}
          {running && <span className="notebook-state">running</span>}
          {state === "stopped" && <span className="notebook-state">stopped</span>}
          {state === "failed" && <span className="notebook-state">failed</span>}
          {isShown && <span className="notebook-state">on the page</span>}
        </p>
        {headline !== null && <p>{headline}</p>}
        <p className="muted">
          {ground}
          {labels.name ? `${formatWhen(startedAt)} · ` : ""}
          {methods.join(", ")} · {formatPlural(runs, "run")} · {formatPlural(steps, "step")}
        </p>
        {!editing && labels.notes && <p className="notebook-notes">{labels.notes}</p>}
        {!editing && labels.tags.length > 0 && (
          <ul className="notebook-tags" aria-label="Tags">
            {labels.tags.map((tag) => (
              <li key={tag} className="notebook-tag">
                {tag}
              </li>
            ))}
          </ul>
        )}
        {editing && (
          <LabelForm
            labels={labels}
            placeholder={nameOf(entry)}
            onSave={(changed) => {
              setEditing(false);
              void label(id, changed);
            }}
            onCancel={() => setEditing(false)}
          />
        )}
      </div>
      <div className="notebook-entry-tools">
        <span className="muted" title={`${formatBytes(bytes.record)}, and ${formatPlural(adapters, "adapter")}`}>
          {formatBytes(total)}
        </span>
        <div className="inline notebook-buttons">
          <button type="button" className="button button-small" onClick={() => void openKept(id)}>
            <FolderOpen size={14} aria-hidden="true" /> Open
          </button>
          <button
            type="button"
            className="button button-small"
            title="Put its settings on the left, to change and run"
            onClick={() => void sameWith(entry)}
          >
            <Copy size={14} aria-hidden="true" /> Same with…
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`${labels.pinned ? "Unpin" : "Pin"} ${name}`}
            title={labels.pinned ? "Unpin" : "Pin to the top"}
            onClick={() => void label(id, { ...labels, pinned: !labels.pinned })}
          >
            {labels.pinned ? <PinOff size={16} aria-hidden="true" /> : <Pin size={16} aria-hidden="true" />}
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Name, notes and tags of ${name}`}
            title="Name, notes and tags"
            aria-expanded={editing}
            onClick={() => setEditing(!editing)}
          >
            <Pencil size={16} aria-hidden="true" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={`Remove ${name}`}
            title="Remove it and its adapters"
            disabled={running}
            onClick={() => void remove([id])}
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </div>
      </div>
    </li>
  );
}
