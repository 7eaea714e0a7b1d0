/** Having the frozen model and every run continue some prompts, before and after training. */

import { messageOf } from "../../errors/message-of";
import type { GeneratedText, GenerationEvent, GenerationSettings, StudioEvent } from "../../worker/api";
import { patch, useStudio } from "../store/store";
import { studio } from "../worker";

/** Validation rows that are written for. */
const SAMPLES = 3;

/** Where a text is in the slice: who wrote it, when, and from which prompt. */
export function placeOf({ writer, before, prompt }: Pick<GenerationEvent, "writer" | "before" | "prompt">): string {
  return JSON.stringify([writer, before, prompt]);
}

/** What has been written so far. */
export function receiveTexts(events: readonly StudioEvent[]): void {
  const written = events.filter((event) => event.type === "generation");
  if (written.length === 0) return;
  const texts = { ...useStudio.getState().writing.texts };
  for (const event of written) {
    const place = placeOf(event);
    // What is said on the way may arrive later than the whole text.
    if (!texts[place]?.ending) texts[place] = { text: event.text, ending: null };
  }
  patch("writing", { texts });
}

export function changeWriting(fields: Partial<GenerationSettings>): void {
  const { settings } = useStudio.getState().writing;
  if (settings) patch("writing", { settings: { ...settings, ...fields } });
}

/**
 * From the first validation rows' prompts, or one's own: first the frozen model, then each run,
 * before and after.
 */
export async function write(own: string | null): Promise<void> {
  const { comparison, writing } = useStudio.getState();
  if (writing.busy) return;
  patch("writing", { busy: true, stopped: false, error: null, texts: {} });
  try {
    const prompts = own === null ? await studio().samplePrompts(SAMPLES) : [{ row: 0, prompt: own, response: "" }];
    patch("writing", { prompts });
    const trained = comparison.current?.runs.filter(({ curves }) => curves.evaluations.length > 0) ?? [];
    const runs = new Set([...trained.map(({ name }) => name), ...comparison.imported.map(({ run }) => run)]);
    const order = [
      { run: null, before: false },
      ...[...runs].flatMap((run) => [true, false].map((before) => ({ run, before }))),
    ];
    for (const { run, before } of order) {
      if (useStudio.getState().writing.stopped) break;
      const request = { run, before, prompts: prompts.map(({ prompt }) => prompt), settings: writing.settings ?? {} };
      const said = await studio().generate(request);
      if (said) keep(run, before, said);
    }
  } catch (error) {
    patch("writing", { error: messageOf(error) });
  } finally {
    patch("writing", { busy: false });
  }
}

export async function stopWriting(): Promise<void> {
  patch("writing", { stopped: true });
  await studio().cancelGeneration();
}

function keep(writer: string | null, before: boolean, said: readonly GeneratedText[]): void {
  const texts = { ...useStudio.getState().writing.texts };
  said.forEach(({ text, ending }, prompt) => {
    texts[placeOf({ writer, before, prompt })] = { text, ending };
  });
  patch("writing", { texts });
}
