/** The notebook of comparisons: a dialog, whose content is loaded when it is opened first. */

import { lazy, Suspense } from "react";
import { Dialog } from "../layout/Dialog";
import { patch, useStudio } from "../store/store";
import "./NotebookDialog.css";

const Notebook = lazy(() => import("./Notebook"));

export function NotebookDialog() {
  const open = useStudio((state) => state.ui.notebook);
  return (
    <Dialog
      open={open}
      onOpenChange={(notebook) => patch("ui", { notebook })}
      title="Notebook"
      about="Every comparison that has ended or was stopped on this computer, until you remove it."
      className="notebook-dialog"
    >
      <Suspense fallback={<p className="waiting">Opening the notebook…</p>}>
        <Notebook />
      </Suspense>
    </Dialog>
  );
}
