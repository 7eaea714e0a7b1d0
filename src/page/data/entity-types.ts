/**
 * Types of entities in tags, and the look that each keeps for as long as the page is open: results
 * show the tags of a comparison's rows, whatever data are open by then.
 */

const slots = new Map<string, number>();

/** The look (`appearance`) of a type: the next one where it is seen for the first time. */
export function slotOf(type: string): number {
  const slot = slots.get(type) ?? slots.size;
  slots.set(type, slot);
  return slot;
}

/** Of an entity; null outside of any. */
export function typeOf(tag: string): string | null {
  if (tag === "O") return null;
  return /^[BIES]-(.+)$/.exec(tag)?.[1] ?? tag;
}
