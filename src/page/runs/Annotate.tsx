/** Pins a run to the top of its comparison, and writes tags and a note to it. */

import { NotebookPen, Pin, PinOff } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { annotate, tagsIn } from "../actions/annotate";
import { Field } from "../fields/Field";
import type { GroupRow } from "./group-rows";

export function Annotate({ row: { name, members, run, comparison } }: { row: GroupRow }) {
  const keys = members.map((member) => member.run.key);
  const { pinned = false, tags = [], note = "" } = run;
  const Icon = pinned ? PinOff : Pin;
  const [written, setWritten] = useState({ tags: "", note: "" });
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-pressed={pinned}
        aria-label={pinned ? `Unpin ${name}` : `Pin ${name} to the top`}
        title={pinned ? "Unpin" : "Pin to the top"}
        onClick={() => void annotate(comparison.id, keys, { pinned: !pinned })}
      >
        <Icon size={16} aria-hidden="true" />
      </button>
      <Popover.Root
        onOpenChange={(open) => {
          if (open) setWritten({ tags: tags.join(", "), note });
          else void annotate(comparison.id, keys, { tags: tagsIn(written.tags), note: written.note.trim() });
        }}
      >
        <Popover.Trigger className="icon-button" aria-label={`Tags and note of ${name}`} title="Tags and note">
          <NotebookPen size={16} aria-hidden="true" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className="popover" align="end" sideOffset={4} collisionPadding={8} aria-label={name}>
            <p className="popover-title">{name}</p>
            <Field label="Tags" help="With commas between: the table can show the runs of one tag alone.">
              {(input) => (
                <input
                  {...input}
                  className="input"
                  value={written.tags}
                  onChange={({ target }) => setWritten({ ...written, tags: target.value })}
                />
              )}
            </Field>
            <Field label="Note">
              {(input) => (
                <textarea
                  {...input}
                  className="input"
                  rows={3}
                  value={written.note}
                  onChange={({ target }) => setWritten({ ...written, note: target.value })}
                />
              )}
            </Field>
            <Popover.Close className="button button-small">Done</Popover.Close>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </>
  );
}
