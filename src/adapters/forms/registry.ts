/** Every adapter form: one import and one word in this list. */

import type { PeftConfig } from "../peft-config";
import { adalora } from "./adalora";
import { beft } from "./beft";
import { bottleneck } from "./bottleneck";
import { c3a } from "./c3a";
import { cartridge } from "./cartridge";
import { cpt } from "./cpt";
import { delora } from "./delora";
import type { AdapterForm, Origin } from "./form";
import { fourierft } from "./fourierft";
import { gralora } from "./gralora";
import { hira } from "./hira";
import { ia3 } from "./ia3";
import { lnTuning } from "./ln-tuning";
import { loha } from "./loha";
import { lokr } from "./lokr";
import { lora } from "./lora";
import { miss } from "./miss";
import { oft } from "./oft";
import { pTuning } from "./p-tuning";
import { prefix } from "./prefix";
import { prompt } from "./prompt";
import { randlora } from "./randlora";
import { road } from "./road";
import { studio } from "./studio";
import { vera } from "./vera";

const list = [
  lora,
  adalora,
  vera,
  miss,
  loha,
  lokr,
  hira,
  gralora,
  randlora,
  fourierft,
  c3a,
  oft,
  delora,
  ia3,
  lnTuning,
  road,
  beft,
  prefix,
  cartridge,
  prompt,
  pTuning,
  cpt,
  bottleneck,
  studio,
] as const;

/** What a method says of the folder it is written as. */
export type FormSettings = Parameters<(typeof list)[number]["config"]>[0];

/** Any of them. */
export type Form = AdapterForm<FormSettings, PeftConfig>;

export const forms = list as readonly Form[];

/** Throws an Error naming the type if there is no such form. */
export function formOf(type: string): Form {
  const form = forms.find((candidate) => candidate.type === type);
  if (!form) throw new Error(`There is no adapter form "${type}".`);
  return form;
}

/** The studio's own form, for what no library has one for. `why`: a sentence about "it". */
export function studioForm(why: string): FormSettings {
  return { type: studio.type, why };
}

/** Of a form's factors; null where it has none. */
export function rankOf(form: FormSettings): number | null {
  return "rank" in form ? form.rank : null;
}

/** What a form's exported tensors were made of. */
export function originOf(form: FormSettings): Origin {
  return "origin" in form ? form.origin : "trained";
}
