/** What a rule of the weights says, in words. */

import type { WeightRule } from "../data/types";
import { formatCount, formatPlural, formatSetting } from "./numbers";

/** `texts with "refund" count 2`. */
export function weightInWords(rule: WeightRule): string {
  switch (rule.by) {
    case "text":
      return `texts with ${rule.pattern} count ${formatSetting(rule.weight)}`;
    case "length":
      return `rows of more than ${formatPlural(rule.longerThan, "word")} count ${formatSetting(rule.weight)}`;
    case "label":
      return `rows labelled ${rule.label} count ${formatSetting(rule.weight)}`;
    case "group":
      return rule.atMost === undefined
        ? `a row counts 1/√n where n rows have the same ${rule.column}`
        : `rows with the same ${rule.column} count at most as ${formatCount(rule.atMost)}`;
    case "tokens": {
      const which = `${rule.where === "branches" ? "tokens that tell apart" : "tokens in"} ${rule.pattern}`;
      return `${which} count ${rule.weight === "balanced" ? "as much as the others" : formatSetting(rule.weight)}`;
    }
  }
}
