/** Opening a base model. */

import { engine } from "../engine";
import { messageOf, patch, useStudio } from "../store/store";

/** Opens a base model; the one that was open stays named until the new one is there. */
export async function openModel(source: string): Promise<void> {
  patch("model", { opening: source, error: null });
  try {
    patch("model", { summary: await engine().openModel(source) });
  } catch (error) {
    patch("model", { error: messageOf(error) });
  } finally {
    patch("model", { opening: null });
    const { progress } = useStudio.getState().comparison;
    if (progress?.event.task === "loading weights") patch("comparison", { progress: null });
  }
}
