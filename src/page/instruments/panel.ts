/** What the page's part of an instrument is. What it measures is in `src/instruments`. */

import type { ComponentType } from "react";
import type { InstrumentListing } from "../../worker/api";

export interface PanelProps {
  /** The name of the run that it measures. */
  run: string;
  instrument: InstrumentListing;
}

export interface InstrumentPanel {
  /** Below the run's figures, with a button; or after all of its report. */
  place: "figures" | "end";
  /** Where the run cannot be measured: no panel, or one that says why once it is asked. */
  refused: "hidden" | "shown";
  Panel: ComponentType<PanelProps>;
}
