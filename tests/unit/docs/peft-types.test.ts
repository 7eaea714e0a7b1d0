/** The table of what PEFT has and the studio has not, against the forms that there are. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { forms } from "../../../src/adapters/forms/registry";

/** `PeftType` of PEFT 0.21.2. */
const peftTypes =
  "PROMPT_TUNING MULTITASK_PROMPT_TUNING P_TUNING PREFIX_TUNING LORA ADALORA ADAMSS BOFT ADAPTION_PROMPT IA3 BEFT LILY LOHA " +
  "LOKR OFT POLY LN_TUNING VERA FROD PVERA FOURIERFT GLORA XLORA HRA VBLORA UNILORA CPT MISS RANDLORA ROAD TRAINABLE_TOKENS " +
  "HIRA SHIRA C3A WAVEFT OSF DELORA GRALORA CARTRIDGE TINYLORA PSOFT PEANUT SHADOW SUPERTUNING DEFT";

test("every type of PEFT has a form or a row that says why not", () => {
  const text = readFileSync(new URL("../../../docs/methods.md", import.meta.url), "utf8");
  const table = text.slice(text.indexOf("<!-- peft -->"), text.indexOf("<!-- /peft -->"));
  const missing = [...table.matchAll(/^\| `([A-Z0-9_]+)` \|.+\|.+\|$/gm)].map(([, type]) => type!);
  const types = peftTypes.split(" ");
  const here = forms.map(({ type }) => type).filter((type) => types.includes(type));
  expect([...here, ...missing].sort()).toEqual([...types].sort());
  const said = `has ${types.length} types of adapters, of which ${here.length} are here`;
  expect(text).toContain(said);
  expect(text).toContain(`The other ${missing.length}:`);
});
