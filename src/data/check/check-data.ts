/**
 * Checks the open data: what a person should know of it before anything is trained on it or handed
 * on. In linear time, giving way to messages every few milliseconds. Lines are one file or function
 * each; what was done in reading a file is told by its notices.
 */

import type { CheckId, CheckLine, DataCheck } from "./check";
import { checkIds } from "./check";
import { cutTexts } from "./cut-texts";
import { damagedLetters } from "./damaged-letters";
import { type CheckInput, type CheckRule, gatherFacts } from "./facts";
import { alike, missingWords, plainLabels } from "./label-names";
import { language } from "./language";
import { majority } from "./majority";
import { personalData } from "./personal-data";
import { rareLabels } from "./rare-labels";
import { contradictions, repeats, sharedTexts } from "./repeats";
import { sumRow } from "./sum-row";

const rules: Readonly<Record<CheckId, CheckRule>> = {
  majority,
  "rare-labels": rareLabels,
  "plain-labels": plainLabels,
  "missing-words": missingWords,
  "alike-labels": alike,
  contradictions,
  repeats,
  "shared-texts": sharedTexts,
  "sum-row": sumRow,
  "damaged-letters": damagedLetters,
  "cut-texts": cutTexts,
  language,
  "personal-data": personalData,
};

/** What is worth a look comes first; else in the order of `checkIds`. */
export async function checkData(input: CheckInput): Promise<DataCheck> {
  const facts = await gatherFacts(input);
  const lines: CheckLine[] = [];
  for (const id of checkIds) {
    const line = await rules[id](facts);
    if (line) lines.push(line);
  }
  return { lines: lines.toSorted((a, b) => Number(a.isGood) - Number(b.isGood)) };
}
