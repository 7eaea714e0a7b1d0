/** Opening a finished comparison that comes with the page. */

import { messageOf } from "../../errors/message-of";
import { dataSettings } from "../../plan/data-configuration";
import { comparisonId, type EntryId } from "../gallery/entries";
import { readGalleryFile } from "../gallery/gallery-file";
import { whatDiffers } from "../store/comparable";
import { hasCurves } from "../store/session";
import type { Comparison, StudioState } from "../store/state";
import { isBusy, patch, useStudio } from "../store/store";
import { openSample } from "./data";
import { showAlone } from "./ui";

/**
 * Shows a comparison of the gallery with its sample, as if it had been trained here. What is shown
 * until now joins the past; nothing is kept in the browser.
 * @param sample Its rows, which are opened too, once the page has opened what it opens by itself.
 * @returns Whether it is shown.
 */
export async function openFromGallery(id: EntryId, sample: string): Promise<boolean> {
  if (isBusy(useStudio.getState())) {
    patch("ui", { notice: { kind: "info", text: "A comparison is running. It can be opened when that has ended." } });
    return false;
  }
  try {
    const address = new URL(`gallery/${id}.json`, new URL(import.meta.env.BASE_URL, location.href));
    const response = await fetch(address);
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const shown = readGalleryFile(await response.text());
    const { comparison } = useStudio.getState();
    const { current } = comparison;
    const earlier = [
      ...(current && hasCurves(current) ? [{ ...current, detached: true as const }] : []),
      ...comparison.past,
    ];
    const others = earlier.filter((other) => other.id !== comparisonId(id));
    patch("comparison", { current: null, past: [shown, ...others], error: null });
    showAlone(shown, others);
    void openRowsOf(shown, sample);
    return true;
  } catch (error) {
    const text = `The finished comparison could not be opened: ${messageOf(error)}.`.replace("..", ".");
    patch("ui", { notice: { kind: "error", text } });
    return false;
  }
}

/** Opens its sample, divided into parts as it was, where that is not open already. */
async function openRowsOf(shown: Comparison, sample: string): Promise<void> {
  await openedByItself();
  if (whatDiffers(shown, useStudio.getState()) === null) return;
  await openSample(sample, { test: null, ...dataSettings(shown.configuration.data) });
}

/**
 * Waits for what the page opens as it starts, which would take the place of what was opened before
 * it; for nothing where that has come to an end.
 */
function openedByItself(): Promise<void> {
  return new Promise((resolve) => {
    const isOver = ({ data, device }: StudioState) =>
      data.opening === null &&
      (data.summary !== null || data.awaited !== null || data.error !== null || device.lost !== null);
    if (isOver(useStudio.getState())) return resolve();
    const unsubscribe = useStudio.subscribe((state) => {
      if (!isOver(state)) return;
      unsubscribe();
      resolve();
    });
  });
}
