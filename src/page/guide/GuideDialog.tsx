/** The method guide: a dialog, whose content is loaded when it is opened first. */

import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { lazy, Suspense } from "react";
import { patch, useStudio } from "../store/store";
import "./GuideDialog.css";

const Guide = lazy(() => import("./Guide"));

export function GuideDialog() {
  const open = useStudio((state) => state.ui.guide);
  return (
    <Dialog.Root open={open} onOpenChange={(guide) => patch("ui", { guide })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-overlay" />
        <Dialog.Content className="dialog guide-dialog">
          <div className="dialog-heading">
            <Dialog.Title className="dialog-title">Method guide</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close">
              <X size={18} aria-hidden="true" />
            </Dialog.Close>
          </div>
          <Dialog.Description className="field-help">
            What each method trains, what it costs and when it fails. Below them stands what is not here, and why.
          </Dialog.Description>
          <Suspense fallback={<p className="waiting">Opening the guide…</p>}>
            <Guide />
          </Suspense>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
