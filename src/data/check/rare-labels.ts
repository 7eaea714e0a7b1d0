/** Labels and tags that a part has next to nothing of. */

import { countOf, nameAll } from "../errors";
import type { CheckLine } from "./check";
import { type CheckFacts, good, line } from "./facts";

/** Fewer training rows, or words, are hardly learned from. */
const FEW = 10;

export function rareLabels(facts: CheckFacts): CheckLine | null {
  const { dataset, counts, format } = facts;
  const { labels, divisions } = dataset;
  if (labels.length === 0) return null;
  const isTags = format.answer === "tags";
  const [noun, unit] = isTags ? ["tag", "word"] : ["label", "row"];
  const named = (ids: readonly number[]) => nameAll(ids.map((id) => labels[id]!));
  const where = (holds: (id: number) => boolean) => [...labels.keys()].filter(holds);
  const learned = divisions.map(({ train }) => new Set(train.flatMap((example) => [...format.labelsOf(example)])));
  const unlearned = where((id) => learned.some((known) => !known.has(id)));
  const few = where((id) => counts.training[id]! > 0 && counts.training[id]! < FEW && !unlearned.includes(id));
  const parts = (
    [
      ["validation", dataset.validation],
      ["test", dataset.test],
    ] as const
  ).filter(([, rows]) => rows.length > 0);
  const missing = parts.flatMap(([part]) => {
    const none = where((id) => counts[part][id] === 0);
    return none.length === 0 ? [] : [`no ${part} ${unit} has the ${noun} ${named(none)}, so nothing is measured on it`];
  });
  const said = [
    ...(unlearned.length > 0
      ? [`no training ${unit} has the ${noun} ${named(unlearned)}, so it cannot be learned`]
      : []),
    ...(few.length > 0
      ? [
          `${countOf(few.length, noun)} ${few.length === 1 ? "has" : "have"} fewer than ${FEW} training ${unit}s ` +
            `(${few
              .slice(0, 6)
              .map((id) => `${nameAll([labels[id]!])}: ${counts.training[id]}`)
              .join(", ")}${few.length > 6 ? ", …" : ""})`,
        ]
      : []),
    ...missing,
  ];
  if (said.length === 0) {
    return good(
      facts,
      "rare-labels",
      `Every ${noun} has ${FEW} training ${unit}s or more${parts.length > 0 ? ", and some in every part" : ""}.`,
    );
  }
  const text = said.map((one) => `${one[0]!.toUpperCase()}${one.slice(1)}.`).join(" ");
  return line(facts, { id: "rare-labels", isGood: false, said: text });
}
