/** Every tuning method, in the order the page offers them. */

import { adalora } from "./adalora/adalora";
import { adapterHoulsby } from "./adapter-houlsby/adapter-houlsby";
import { adapterParallel } from "./adapter-parallel/adapter-parallel";
import { adapterPfeiffer } from "./adapter-pfeiffer/adapter-pfeiffer";
import { bitfit } from "./bitfit/bitfit";
import { cpt } from "./cpt/cpt";
import { dept } from "./dept/dept";
import { dora } from "./dora/dora";
import { dylora } from "./dylora/dylora";
import { ept } from "./ept/ept";
import { full } from "./full/full";
import { half } from "./half/half";
import { hardText } from "./hard-text/hard-text";
import { ia3 } from "./ia3/ia3";
import { lastLayer } from "./last-layer/last-layer";
import { linearProbe } from "./linear-probe/linear-probe";
import { lnTuning } from "./ln-tuning/ln-tuning";
import { lora } from "./lora/lora";
import type { Method } from "./method";
import { mixAndMatch } from "./mix-and-match/mix-and-match";
import { nearestNeighbours } from "./nearest-neighbours/nearest-neighbours";
import { pTuning } from "./p-tuning/p-tuning";
import { prefix } from "./prefix/prefix";
import { prompt } from "./prompt/prompt";
import { ptec } from "./ptec/ptec";
import { skPrefix } from "./sk-prefix/sk-prefix";
import { skPrompt } from "./sk-prompt/sk-prompt";
import { unified } from "./unified/unified";
import { vera } from "./vera/vera";
import { zeroShot } from "./zero-shot/zero-shot";

export const methods: readonly Method[] = [
  skPrefix,
  skPrompt,
  lora,
  dora,
  adalora,
  dylora,
  vera,
  ia3,
  lnTuning,
  bitfit,
  adapterHoulsby,
  adapterPfeiffer,
  adapterParallel,
  mixAndMatch,
  unified,
  prefix,
  prompt,
  pTuning,
  dept,
  ept,
  cpt,
  ptec,
  linearProbe,
  hardText,
  zeroShot,
  nearestNeighbours,
  lastLayer,
  half,
  full,
];

/** The method of that id. Throws an Error naming it and those there are. */
export function methodOf(id: string): Method {
  const method = methods.find((candidate) => candidate.id === id);
  if (method) return method;
  throw new Error(`There is no method "${id}". Methods: ${methods.map((candidate) => candidate.id).join(", ")}.`);
}
