/** The method guide: a dialog, whose content is loaded when it is opened first. */

import { lazy, Suspense } from "react";
import { Dialog } from "../layout/Dialog";
import { patch, useStudio } from "../store/store";
import "./GuideDialog.css";

const Guide = lazy(() => import("./Guide"));

export function GuideDialog() {
  const open = useStudio((state) => state.ui.guide);
  return (
    <Dialog
      open={open}
      onOpenChange={(guide) => patch("ui", { guide })}
      title="Method guide"
      about="What each method trains, what it costs and when it fails. Below them stands what is not here, and why."
      className="guide-dialog"
    >
      <Suspense fallback={<p className="waiting">Opening the guide…</p>}>
        <Guide />
      </Suspense>
    </Dialog>
  );
}
