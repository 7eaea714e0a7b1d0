/** Which labels training rows have: a fit to classes knows no others. */

/**
 * Logit of a label that no training row has: at most a chance of e^−16, since the others' logits
 * add up to zero.
 */
export const UNSEEN = -16;

/**
 * The labels that training rows have, and each row's place among them. Throws an Error naming the
 * answerer where there is only one.
 */
export function presentLabels(title: string, labels: Int32Array, classes: number) {
  const seen = [...new Set(labels)].sort((one, other) => one - other);
  if (seen.length < 2) {
    throw new Error(
      `${title}: all ${labels.length} training rows have the same one of ${classes} labels, and two are needed to tell ` +
        "anything apart. Choose other training rows, or more.",
    );
  }
  const places = new Map(seen.map((label, place) => [label, place]));
  return { seen, labels: labels.map((label) => places.get(label)!) };
}
