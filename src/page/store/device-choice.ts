/** What was chosen to compute on, kept for the next visit. */

import type { DeviceChoice } from "../../worker/api";

const KEY = "device";
const CHOICES: readonly DeviceChoice[] = ["auto", "graphics", "processor", "software"];

/** What was chosen last, on this visit or an earlier one. */
export function chosenDevice(): DeviceChoice {
  try {
    return CHOICES.find((choice) => choice === localStorage.getItem(KEY)) ?? "auto";
  } catch {
    return "auto";
  }
}

export function keepDevice(choice: DeviceChoice): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser without storage forgets it when the page is closed.
  }
}
