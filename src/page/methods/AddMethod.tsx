/** The button that opens the dialog in which methods are found and added; that is loaded then. */

import { Plus } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { lazy, Suspense, useState } from "react";
import { Dialog } from "../layout/Dialog";
import { useStudio } from "../store/store";
import "./AddMethod.css";

const MethodChooser = lazy(() => import("./MethodChooser"));

export function AddMethod() {
  const [open, setOpen] = useState(false);
  const none = useStudio((state) => state.methods.descriptions.length === 0);
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      title="Add methods"
      about="Tick as many as you like. Figures are for the open model and data, each method with its defaults."
      className="chooser-dialog"
      trigger={
        <Radix.Trigger className="button button-wide" disabled={none}>
          <Plus size={16} aria-hidden="true" /> Add method
        </Radix.Trigger>
      }
    >
      <Suspense fallback={<p className="waiting">Opening the methods…</p>}>
        <MethodChooser onDone={() => setOpen(false)} />
      </Suspense>
    </Dialog>
  );
}
