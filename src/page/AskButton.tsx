/**
 * A button that asks the worker something that may take long, with the wait for it, a way to stop
 * it, and its error. What is answered is shown by who asks.
 */

import type { LucideIcon } from "lucide-react";
import { ProgressLine } from "./compare/ProgressLine";
import { Message } from "./layout/Message";
import "./AskButton.css";

interface AskButtonProps {
  icon: LucideIcon;
  label: string;
  /** The label while it is waited for. */
  busy: string;
  disabled: boolean;
  /** As `useQuestion` has it. */
  asking: { waiting: boolean; error: string | null; dismiss: () => void };
  onAsk: () => void;
  /** Left out where it cannot be stopped. */
  onStop?: () => Promise<void>;
}

export function AskButton({ icon: Icon, label, busy, disabled, asking, onAsk, onStop }: AskButtonProps) {
  const { waiting, error, dismiss } = asking;
  return (
    <>
      <p className="ask-buttons">
        <button type="button" className="button button-small" disabled={disabled || waiting} onClick={onAsk}>
          <Icon size={14} aria-hidden="true" /> {waiting ? busy : label}
        </button>
        {waiting && onStop && (
          <button type="button" className="button button-small" onClick={() => void onStop()}>
            Stop
          </button>
        )}
      </p>
      {waiting && <ProgressLine />}
      {error !== null && (
        <Message kind="error" onClose={dismiss}>
          {error}
        </Message>
      )}
    </>
  );
}
