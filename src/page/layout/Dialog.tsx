/** A dialog: its frame, a heading with the button that closes it, and what it is about. */

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** A sentence or two, which a screen reader says as it opens. */
  about: ReactNode;
  /** Whether that is the first of what one reads, not a note to it. */
  isLead?: boolean;
  /** Beside the one of every dialog. */
  className?: string;
  /** What opens it, where it stands beside its dialog (`Dialog.Trigger` of radix-ui). */
  trigger?: ReactNode;
  children: ReactNode;
}

export function Dialog({
  open,
  onOpenChange,
  title,
  about,
  isLead = false,
  className,
  trigger,
  children,
}: DialogProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      {trigger}
      <Radix.Portal>
        <Radix.Overlay className="dialog-overlay" />
        <Radix.Content className={className ? `dialog ${className}` : "dialog"}>
          <div className="dialog-heading">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close className="icon-button" aria-label="Close">
              <X size={18} aria-hidden="true" />
            </Radix.Close>
          </div>
          <Radix.Description className={isLead ? undefined : "field-help"}>{about}</Radix.Description>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
