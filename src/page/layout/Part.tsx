/**
 * A part of the page that may break alone: where it throws while it is drawn, words take its place,
 * and everything else goes on. Not for what an action or the worker could not do (`Message.tsx`).
 */

import type { ReactNode } from "react";
import { ErrorBoundary, type FallbackProps } from "react-error-boundary";
import { messageOf } from "../../errors/message-of";
import { Message } from "./Message";

interface PartProps {
  /** In words, within a sentence: `the charts`. */
  readonly name: string;
  readonly children: ReactNode;
}

export function Part({ name, children }: PartProps) {
  return <ErrorBoundary fallbackRender={(problem) => <Broken name={name} {...problem} />}>{children}</ErrorBoundary>;
}

function Broken({ name, error, resetErrorBoundary }: FallbackProps & Pick<PartProps, "name">) {
  return (
    <Message
      kind="error"
      actions={
        <button type="button" className="button button-small" onClick={resetErrorBoundary}>
          Reload this part
        </button>
      }
    >
      <strong>
        Something broke while {name} {name.endsWith("s") ? "were" : "was"} drawn
      </strong>{" "}
      ({messageOf(error).slice(0, 200)}). Everything else goes on, and so does a running comparison. If it breaks again,
      reload the page: runs can go on from their last evaluation.
    </Message>
  );
}
