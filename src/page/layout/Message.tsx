/** A sentence that matters: an error, a warning or a note, with what can be done about it. */

import { CircleAlert, Info, TriangleAlert, X } from "lucide-react";
import type { ReactNode } from "react";
import "./Message.css";

interface MessageProps {
  kind: "error" | "warning" | "info";
  children: ReactNode;
  /** Buttons: beside the text where there is room, else below. */
  actions?: ReactNode;
  onClose?: () => void;
}

const icons = { error: CircleAlert, warning: TriangleAlert, info: Info };

export function Message({ kind, children, actions, onClose }: MessageProps) {
  const Icon = icons[kind];
  return (
    <div className={`message message-${kind}`} role={kind === "error" ? "alert" : "status"}>
      <Icon className="message-icon" size={16} aria-hidden="true" />
      <div className="message-body">
        <div className="message-text">{children}</div>
        {actions && <div className="message-actions">{actions}</div>}
      </div>
      {onClose && (
        <button type="button" className="icon-button" aria-label="Close this message" onClick={onClose}>
          <X size={16} aria-hidden="true" />
        </button>
      )}
    </div>
  );
}
