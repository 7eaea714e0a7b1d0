/** What the studio does, the ways to be shown it, and its keys. */

import { BookOpen, Footprints } from "lucide-react";
import { showLesson, showTour } from "../actions/tour";
import { Check } from "../fields/Check";
import { entries } from "../gallery/entries";
import { Explained } from "../glossary/Term";
import { terms } from "../glossary/terms";
import { Dialog } from "../layout/Dialog";
import { patch, useStudio } from "../store/store";
import "./HelpDialog.css";

const keys: readonly (readonly [string, string])[] = [
  ["?", "this help, with the tour"],
  ["c", "compare"],
  ["p", "pause or resume"],
  ["n", "the notebook: every comparison that is kept"],
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
    <Dialog
      open={help}
      onOpenChange={(open) => patch("ui", { help: open })}
      title="Help"
      about={
        <Explained>
          The studio trains several ways of tuning one frozen language model on your data, on the same batches, and
          draws how each learns. Everything runs in this page on your own computer; your data is not sent anywhere.
        </Explained>
      }
      isLead
    >
      <p className="inline">
        <button type="button" className="button button-primary" onClick={() => void showTour()}>
          <Footprints size={16} aria-hidden="true" /> Take the tour
        </button>
        <button type="button" className="button" onClick={() => patch("ui", { help: false, guide: true })}>
          <BookOpen size={16} aria-hidden="true" /> Open the method guide
        </button>
      </p>
      <h3>Short lessons, each on a finished comparison</h3>
      <p className="inline">
        {entries.map(({ id, question }) => (
          <button key={id} type="button" className="button button-small" onClick={() => void showLesson(id)}>
            {question}
          </button>
        ))}
      </p>
      <h3>Reading the verdict</h3>
      <ul>
        <li>
          <strong>A dot</strong> is what a run reached, its bar where it would be in 95 of 100 draws of as many rows.
        </li>
        <li>
          <strong>Beyond luck</strong> means that runs of equal worth would seldom end so far apart on these rows. Runs
          that are <strong>level</strong> may differ: there are too few rows to tell.
        </li>
      </ul>
      <h3>Reading the curves</h3>
      <ul>
        <li>
          <strong>Training loss</strong> is one noisy number a step: the faint line. The strong line is its moving
          average; the slider says how much.
        </li>
        <li>
          <strong>Validation</strong> is measured on rows no run trains on. When it rises while training loss falls, the
          run is learning its rows by heart.
        </li>
        <li>
          <strong>Controls</strong> show what the head, or the text alone, can do. A method that does not beat them has
          learned nothing of its own.
        </li>
      </ul>
      <details>
        <summary>Words of the studio</summary>
        <dl className="words">
          {Object.entries(terms).map(([id, { word, meaning }]) => (
            <div key={id}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </details>
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
      <Check checked={shortcuts} onChange={(shortcuts) => patch("ui", { shortcuts })}>
        Single-key shortcuts
      </Check>
    </Dialog>
  );
}
