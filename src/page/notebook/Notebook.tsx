/**
 * What is in the notebook: the list, two comparisons side by side, or the choice of a file's
 * content.
 */

import { type ReactNode, useEffect, useState } from "react";
import { refreshNotebook } from "../actions/notebook-list";
import { Notice } from "../header/Notice";
import { Message } from "../layout/Message";
import type { NotebookEntry } from "../store/state";
import { useStudio } from "../store/store";
import { ComparedTwo } from "./ComparedTwo";
import { EntryList } from "./EntryList";
import { ExportPanel } from "./ExportPanel";
import type { View } from "./view";
import "./Notebook.css";

export default function Notebook() {
  const { entries, error } = useStudio((state) => state.notebook);
  const [view, setView] = useState<View>({ kind: "list" });
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => void refreshNotebook(), []);
  if (error !== null) return <Message kind="error">The notebook cannot be read: {error}</Message>;
  if (entries === null) return <p className="waiting">Reading what is kept…</p>;
  const of = (ids: readonly string[]) => ids.flatMap((id) => entries.find((entry) => entry.id === id) ?? []);
  const back = () => setView({ kind: "list" });
  return (
    <>
      <Notice />
      <Shown view={view} of={of} onBack={back}>
        <EntryList entries={entries} ticked={ticked} onTick={setTicked} onView={setView} />
      </Shown>
    </>
  );
}

interface ShownProps {
  view: View;
  of: (ids: readonly string[]) => NotebookEntry[];
  onBack: () => void;
  /** The list, which is shown where there is nothing else to be seen. */
  children: ReactNode;
}

function Shown({ view, of, onBack, children }: ShownProps) {
  if (view.kind === "two") {
    const [first, second] = of([view.first, view.second]);
    if (first && second) return <ComparedTwo first={first} second={second} onBack={onBack} />;
  }
  if (view.kind === "export") {
    const chosen = of(view.ids);
    if (chosen.length > 0) return <ExportPanel entries={chosen} onBack={onBack} />;
  }
  return children;
}
