/** What a transform says, in words; the page reads it, too, so nothing of a transform is loaded. */

import { countOf, formatCount } from "../errors";
import type { RowTransform } from "../types";

/** `texts with "refund" left out`. */
export function transformInWords(transform: RowTransform): string {
  switch (transform.do) {
    case "drop-texts":
      return `texts ${transform.keep ? "without" : "with"} ${transform.pattern} left out`;
    case "drop-lengths": {
      const { fewerThan, moreThan } = transform;
      const bounds = [
        ...(fewerThan === null ? [] : [`fewer than ${formatCount(fewerThan)}`]),
        ...(moreThan === null ? [] : [`more than ${formatCount(moreThan)}`]),
      ];
      return `rows of ${bounds.join(" or ")} words left out`;
    }
    case "drop-label":
      return `at most ${countOf(transform.keep, "row")} labelled ${transform.label}`;
    case "deduplicate":
      return transform.similarity === 1
        ? "repeated texts left out"
        : `texts alike from ${transform.similarity} on left out`;
    case "balance":
      return transform.to === "number"
        ? `${countOf(transform.rows, "row")} for each label`
        : `as many rows for each label as the ${transform.to} has`;
    case "augment-words": {
      const { copies, rate, operations } = transform;
      const share = Number((100 * rate).toPrecision(3));
      return `${countOf(copies, "copy", "copies")} of each row with ${share} % of its words changed (${operations.join(", ")})`;
    }
    case "vary-prompts": {
      const count = countOf(transform.templates.length + (transform.own ? 1 : 0), "prompt");
      return transform.use === "all" ? `each row under ${count}` : `each row under one of ${count}`;
    }
  }
}
