/**
 * What the presets of SK methods after the authors' code leave out of it by default, and the
 * options that bring it back.
 */

import * as z from "zod";
import type { widerMeans } from "../models/family";

/** As the forms of both methods say it. */
export const LEFT_OUT =
  "By default both leave out a dropout of 0.1 and a mean that counts padding and the prompt's positions: Dropout and Head " +
  "reads bring them back. Their learning rate of 5e-5 can be set above; F starts as the identity, not at random.";

/** `preset`: in which it does something; `where`: what it is put on, in words. */
export const dropoutOption = (preset: readonly string[], where: string) =>
  z
    .number()
    .min(0)
    .max(0.9)
    .default(0)
    .meta({ title: "Dropout", description: `The authors' code has 0.1. ${where}`, onlyWith: { preset } });

/** What an option `readOut` has beside the means that a method offers. */
export const AS_OTHERS = "as the comparison";

/** Title and description of an option `readOut`; `others`: what else it offers, in words. */
export const readOutMeta = (others = "") => ({
  title: "Head reads",
  description:
    `${others}unmasked mean: the mean over every position, padding too, as in the authors' code; a row's prediction then ` +
    "depends on how far its batch is padded.",
});

/** What an option `readOut` asks the head to read; null: nothing of its own. */
export const poolingOf = (readOut: typeof AS_OTHERS | (typeof widerMeans)[number]) =>
  readOut === AS_OTHERS ? null : readOut;
