/**
 * A notification when a comparison has ended while nobody looks at its tab. The browser is asked
 * for leave only when somebody presses the button for it.
 */

import { isEnded } from "../plan/phase";
import { patch, useStudio } from "./store/store";
import { titleOf } from "./title";

const KEY = "notify";

/** Whether this browser could, or has been told not to. */
export function canNotify(): boolean {
  return "Notification" in window && Notification.permission !== "denied";
}

/** What was chosen in an earlier visit, and is still allowed. */
function storedNotify(): boolean {
  try {
    return canNotify() && Notification.permission === "granted" && localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

/** Turns notifications on, once the browser allows them, or off. */
export async function setNotify(on: boolean): Promise<void> {
  const notify = on && (await Notification.requestPermission()) === "granted";
  patch("ui", { notify });
  try {
    localStorage.setItem(KEY, notify ? "on" : "off");
  } catch {
    // It holds for this visit.
  }
}

/** Starts to, as was chosen in an earlier visit; returns what ends it. */
export function notifyAtEnd(): () => void {
  patch("ui", { notify: storedNotify() });
  return useStudio.subscribe(({ comparison, ui }, before) => {
    const { current } = comparison;
    const { current: earlier } = before.comparison;
    if (!ui.notify || !current || current.id !== earlier?.id || document.visibilityState === "visible") return;
    if (isEnded(current.state) && !isEnded(earlier.state)) void show(titleOf(comparison));
  });
}

async function show(title: string): Promise<void> {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    // Phones show none that a page makes by itself.
    if (registration?.active) await registration.showNotification(title, { tag: KEY });
    else new Notification(title, { tag: KEY }).onclick = () => window.focus();
  } catch {
    // The title of the tab says it too.
  }
}
