/** What the studio does, in three steps, and its keys. */

import { BookOpen, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { patch, useStudio } from "../store/store";
import "./HelpDialog.css";

const keys: readonly (readonly [string, string])[] = [
  ["?", "this help"],
  ["c", "compare"],
  ["p", "pause or resume"],
  ["1 … 9", "show or hide a run"],
  ["x", "horizontal axis: steps, tokens, seconds, FLOPs"],
  ["l", "loss axis: linear or logarithmic"],
  ["[  ]", "move the crosshair"],
  ["Esc", "put the crosshair away"],
  ["Space", "on a legend entry: show or hide the run"],
];

export function HelpDialog() {
  const { help, shortcuts } = useStudio((state) => state.ui);
  return (
    <Dialog.Root open={help} onOpenChange={(open) => patch("ui", { help: open })}>
      <Dialog.Portal>
        <Dialog.Overlay className="dialog-overlay" />
        <Dialog.Content className="dialog">
          <div className="dialog-heading">
            <Dialog.Title className="dialog-title">Help</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label="Close">
              <X size={18} aria-hidden="true" />
            </Dialog.Close>
          </div>
          <Dialog.Description>
            The studio trains several ways of tuning one frozen language model on your data, on the same batches, and
            draws how each learns. Everything runs in this page on your own computer; your data is not sent anywhere.
          </Dialog.Description>
          <p>
            <button type="button" className="button" onClick={() => patch("ui", { help: false, guide: true })}>
              <BookOpen size={16} aria-hidden="true" /> Open the method guide
            </button>
          </p>
          <h3>Reading the verdict</h3>
          <ul>
            <li>
              <strong>A dot</strong> is what a run reached, its bar where it would be in 95 of 100 draws of as many
              rows.
            </li>
            <li>
              <strong>Beyond luck</strong> means that runs of equal worth would seldom end so far apart on these rows.
              Runs that are <strong>level</strong> may differ: there are too few rows to tell.
            </li>
          </ul>
          <h3>Reading the curves</h3>
          <ul>
            <li>
              <strong>Training loss</strong> is one noisy number a step: the faint line. The strong line is its moving
              average; the slider says how much.
            </li>
            <li>
              <strong>Validation</strong> is measured on rows no run trains on. When it rises while training loss falls,
              the run is learning its rows by heart.
            </li>
            <li>
              <strong>Dashed controls</strong> show what the head, or the text alone, can do. A method that does not
              beat them has learned nothing of its own.
            </li>
          </ul>
          <h3>Keys</h3>
          <dl className="keys">
            {keys.map(([key, meaning]) => (
              <div key={key} className="key-row">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{meaning}</dd>
              </div>
            ))}
          </dl>
          <label className="check">
            <input
              type="checkbox"
              checked={shortcuts}
              onChange={(event) => patch("ui", { shortcuts: event.target.checked })}
            />
            Single-key shortcuts
          </label>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
