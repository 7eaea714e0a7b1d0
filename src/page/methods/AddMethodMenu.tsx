/** Adds a run of any method; the same method may be added again with other options. */

import { BookOpen, Plus } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { MethodDescription } from "../../worker/api";
import { addRun } from "../actions/drafts";
import { patch } from "../store/store";
import { methodGroups } from "./method-groups";

export function AddMethodMenu({ methods }: { methods: readonly MethodDescription[] }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button button-wide" disabled={methods.length === 0}>
        <Plus size={16} aria-hidden="true" /> Add method
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="start" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item className="menu-item" onSelect={() => patch("ui", { guide: true })}>
            <strong>
              <BookOpen size={14} aria-hidden="true" /> Method guide
            </strong>
            <span className="field-help">What each one trains, costs and needs; and what is not here</span>
          </DropdownMenu.Item>
          {methodGroups.map((group) => {
            const members = methods.filter((method) => method.group === group.id);
            if (members.length === 0) return null;
            return (
              <DropdownMenu.Group key={group.id}>
                <DropdownMenu.Label className="menu-label">{group.title}</DropdownMenu.Label>
                {members.map((method) => (
                  <DropdownMenu.Item key={method.id} className="menu-item" onSelect={() => addRun(method.id)}>
                    <strong>{method.title}</strong>
                    <span className="field-help">{method.summary}</span>
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.Group>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
