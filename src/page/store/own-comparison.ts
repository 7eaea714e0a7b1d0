/**
 * Which comparison this tab has, so that after a reload it is offered its own before those of other
 * tabs. It lasts as long as the tab.
 */

import type { Interrupted } from "./state";

const KEY = "comparison";

export function keepOwn(id: string): void {
  try {
    sessionStorage.setItem(KEY, id);
  } catch {
    // A browser that keeps nothing has nothing to offer either.
  }
}

export function ownComparison(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** This tab's own first, then the newest. */
export function inTurn(interrupted: readonly Interrupted[], own: string | null): Interrupted[] {
  const isOwn = ({ id }: Interrupted) => Number(id === own);
  const began = ({ record }: Interrupted) => record?.startedAt ?? 0;
  return interrupted.toSorted((a, b) => isOwn(b) - isOwn(a) || began(b) - began(a));
}
