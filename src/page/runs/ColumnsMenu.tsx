/** Which columns the run table has. */

import { Columns3, Square, SquareCheck } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { AnyColumn } from "./figure-columns";

interface ColumnsMenuProps {
  columns: readonly AnyColumn[];
  hidden: ReadonlySet<string>;
  onToggle: (figure: string) => void;
}

export function ColumnsMenu({ columns, hidden, onToggle }: ColumnsMenuProps) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger className="button button-small">
        <Columns3 size={14} aria-hidden="true" /> Columns
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
          {columns.map(({ figure, title }) => (
            <DropdownMenu.CheckboxItem
              key={figure}
              className="menu-item"
              checked={!hidden.has(figure)}
              onCheckedChange={() => onToggle(figure)}
              // The menu stays open for the next one.
              onSelect={(event) => event.preventDefault()}
            >
              <span className="menu-check">
                {hidden.has(figure) ? (
                  <Square size={16} aria-hidden="true" />
                ) : (
                  <SquareCheck size={16} aria-hidden="true" />
                )}
                {title}
              </span>
            </DropdownMenu.CheckboxItem>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
