/**
 * Hands a chart's lines to what is drawn inside its frame, so that the frame itself need not be
 * drawn again.
 */

import { createContext } from "react";
import type { Level } from "../../verdict/guess-levels";
import type { PlottedLine } from "./plotted-lines";

export interface Drawn {
  lines: readonly PlottedLine[];
  levels: readonly Level[];
  format: (value: number) => string;
}

export const LinesContext = createContext<Drawn>({ lines: [], levels: [], format: String });
