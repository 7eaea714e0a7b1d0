/** What the page's part of an instrument is. What it measures is in `src/instruments`. */

import type { ComponentType } from "react";
import type { Asked, InstrumentListing } from "../../worker/api";

export interface PanelProps {
  /** The name of the run that it measures. */
  run: string;
  instrument: InstrumentListing;
}

/** Of an instrument that looks into one answer. */
export interface AnswerPanelProps extends PanelProps {
  /** The text that the answer is to. */
  asked: Asked;
}

interface Shown {
  /** Where the run cannot be measured: no panel, or one that says why once it is asked. */
  refused: "hidden" | "shown";
}

/** A panel below a run's figures, with a button, or after all of its report. */
export interface RunPanel extends Shown {
  place: "figures" | "end";
  Panel: ComponentType<PanelProps>;
}

/** A panel below what a run says of a text. */
export interface AnswerPanel extends Shown {
  place: "answer";
  Panel: ComponentType<AnswerPanelProps>;
}

export type InstrumentPanel = RunPanel | AnswerPanel;
