/** What a person says of a comparison: its name, notes and tags. */

import { useState } from "react";
import { Field } from "../fields/Field";
import type { Labels } from "../store/state";
import { readTags } from "./search";

interface LabelFormProps {
  labels: Labels;
  /** What it is called without a name. */
  placeholder: string;
  onSave: (labels: Labels) => void;
  onCancel: () => void;
}

export function LabelForm({ labels, placeholder, onSave, onCancel }: LabelFormProps) {
  const [name, setName] = useState(labels.name);
  const [tags, setTags] = useState(labels.tags.join(", "));
  const [notes, setNotes] = useState(labels.notes);
  return (
    <form
      className="notebook-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSave({ ...labels, name: name.trim(), notes: notes.trim(), tags: readTags(tags) });
      }}
    >
      <Field label="Name">
        {(input) => (
          <input
            {...input}
            className="input"
            value={name}
            maxLength={200}
            placeholder={placeholder}
            // biome-ignore lint/a11y/noAutofocus: whoever opened the form is about to write
            autoFocus
            onChange={({ target }) => setName(target.value)}
          />
        )}
      </Field>
      <Field label="Tags" help="With commas between them.">
        {(input) => (
          <input
            {...input}
            className="input"
            value={tags}
            maxLength={1000}
            onChange={({ target }) => setTags(target.value)}
          />
        )}
      </Field>
      <Field label="Notes">
        {(input) => (
          <textarea
            {...input}
            className="input"
            rows={3}
            value={notes}
            maxLength={20_000}
            onChange={({ target }) => setNotes(target.value)}
          />
        )}
      </Field>
      <div className="inline">
        <button type="submit" className="button button-primary">
          Keep
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
