/**
 * What a preset is: a question that is asked by several runs together. A configuration names it in
 * place of its runs, and the page chooses its runs with one click. Arithmetic on names and options;
 * it knows no device, and the page may import it.
 */

import type { Answer } from "../../data/types";

/** What a preset is told of the open data and model. */
export interface PresetFacts {
  /** Says the task, as the page suggests it. */
  readonly text: string;
  /** How many tokens the model reads it as, special ones included. */
  readonly textTokens: number;
  /** What is answered for a row; language modelling (`text`) has no head to train. */
  readonly answer: Answer;
}

/** A run of a configuration; options that are left out are the method's own. */
export interface PresetRun {
  readonly name: string;
  readonly method: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Preset {
  /** As a configuration names it. */
  readonly id: string;
  /** On the button; a question where it asks one. */
  readonly title: string;
  /** One sentence: what is compared, and what can be learned from it. */
  readonly summary: string;
  /** Its runs; none where it has nothing to ask of such data. */
  runs(facts: PresetFacts): PresetRun[];
}

/** The controls that train a head alone; none where there is no head to train. */
export function headControls({ text, answer }: PresetFacts): PresetRun[] {
  if (answer === "text") return [];
  return [
    { name: "Hard text + head", method: "hard-text", options: { text } },
    { name: "Head only", method: "linear-probe" },
  ];
}
