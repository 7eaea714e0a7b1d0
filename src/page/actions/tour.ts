/** Starting the tour and the lessons, whose words and library come when they are asked for. */

import { messageOf } from "../../errors/message-of";
import { comparisonId, type EntryId, entries } from "../gallery/entries";
import { allComparisons, patch, useStudio } from "../store/store";
import { openFromGallery } from "./gallery";

export async function showTour(): Promise<void> {
  patch("ui", { help: false });
  await attempt(async () => {
    const [{ walk }, { tourStops }] = await Promise.all([import("../tour/walk"), import("../tour/tour")]);
    await walk(tourStops());
  });
}

/** Opens the lesson's comparison, and leads through it. */
export async function showLesson(id: EntryId): Promise<void> {
  patch("ui", { help: false });
  await attempt(async () => {
    const [{ walk }, { lessons }] = await Promise.all([import("../tour/walk"), import("../tour/lessons")]);
    const { sample } = entries.find((entry) => entry.id === id)!;
    if (!(await openFromGallery(id, sample))) return;
    const shown = allComparisons(useStudio.getState()).find((comparison) => comparison.id === comparisonId(id))!;
    await walk(lessons[id](shown));
  });
}

async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    patch("ui", { notice: { kind: "error", text: `It could not be shown: ${messageOf(error)}` } });
  }
}
