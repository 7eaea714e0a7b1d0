/**
 * Hands a chart's lines to what is drawn inside its frame, so that the frame itself need not be
 * drawn again.
 */

import { createContext } from "react";
import type { PlottedLine } from "./plotted-lines";

export const LinesContext = createContext<readonly PlottedLine[]>([]);
