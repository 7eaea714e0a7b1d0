/** A remark on a run in a few words, the same in page and report. */

import { formatCount } from "../plan/numbers";
import type { Remark } from "./verdict";

export function remarkWords(remark: Remark): string {
  switch (remark.kind) {
    case "one answer":
      return `says “${remark.answer}” to every row`;
    case "turned":
      return `asked at ${remark.dial.toLowerCase()} ${remark.setting} of ${remark.most}`;
    case "has not moved":
      return "has not moved";
    case "still falling":
      return "still learning: train longer";
    case "learning by heart":
      return remark.lastBestStep === undefined
        ? `learning by heart: step ${formatCount(remark.bestStep)} was best`
        : `learning by heart: steps ${formatCount(remark.bestStep)} to ${formatCount(remark.lastBestStep)} were best`;
  }
}
