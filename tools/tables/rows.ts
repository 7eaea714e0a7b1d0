/**
 * The tables of methods (docs/methods.md) and of families (docs/models.md), from what tests
 * measured against PyTorch and from the method and family objects themselves. Run by `tables.mjs`.
 */

import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { formOf } from "../../src/adapters/forms/registry";
import { readConfig } from "../../src/hub/config";
import { blobFile } from "../../src/hub/sources";
import { openTokenizer } from "../../src/hub/tokenizer";
import type { ModelFolder } from "../../src/hub/types";
import { type AnyApproach, approaches } from "../../src/methods/registry";
import { families, familyOf } from "../../src/models/registry";
import { methodContext } from "../../src/runs/resolve";
import { countPart } from "../../src/runs/trainable-count";
import { buildTunedProgram } from "../../src/runs/tuned-program";
import { sequenceClassification } from "../../src/tasks/sequence-classification";
import type { Measured } from "../../tests/training/measured";

const NONE = "–";

/**
 * A family each: what it covers, and the largest differences that any of its tiny models showed.
 */
export function familyTable(measured: readonly Measured[]): string[] {
  const rows = families.map(({ title, covers, modelTypes }) => {
    const own = measured.filter(({ modelType }) => modelTypes.includes(modelType));
    const rigs = new Set(own.map(({ rig }) => rig)).size;
    return [title, covers, modelTypes.map((type) => `\`${type}\``).join(", "), String(rigs), ...errors(own)];
  });
  return table(
    ["family", "covers", "`model_type`", "tiny models", "logits error", "gradient error"],
    ["", "", "", "r", "r", "r"],
    rows,
  );
}

/**
 * A method each: what it trains, whether it was checked, its size on the bundled model, and what it
 * is written as.
 */
export async function methodTable(measured: readonly Measured[], root: string): Promise<string[]> {
  const model = await bundled(join(root, "public/models/tiny-base"));
  const rows = approaches.map((method) => {
    const own = measured.filter((one) => one.method === method.id);
    const options = method.options(model).parse({});
    const cases = new Set(own.map(({ rig, name }) => `${rig} ${name}`)).size;
    const checked = cases === 0 ? NONE : `${cases} ${cases === 1 ? "case" : "cases"}`;
    const [, gradients] = errors(own);
    const count = parameters(method, options, model);
    const form = method.exportForm(options, model);
    const writtenAs = formOf(form.type).inShort?.(form) ?? `\`${form.type}\``;
    return [method.title, method.summary, checked, gradients!, count, writtenAs];
  });
  return table(
    ["method", "trains", "equals PyTorch in", "gradient error", "parameters", "downloads as"],
    ["", "", "r", "r", "r", ""],
    rows,
  );
}

/** Largest differences of logits and gradients. */
function errors(measured: readonly Measured[]): [logits: string, gradients: string] {
  const largest = (values: readonly number[]) => (values.length === 0 ? NONE : Math.max(...values).toExponential(1));
  return [largest(measured.map(({ logits }) => logits)), largest(measured.flatMap(({ gradients }) => gradients ?? []))];
}

type Model = Awaited<ReturnType<typeof bundled>>;

async function bundled(path: string) {
  const folder: ModelFolder = {
    source: "bundled:tiny-base",
    name: "tiny-base",
    open: async (name) => {
      const file = join(path, name);
      return (await stat(file).catch(() => null)) ? blobFile(name, await openAsBlob(file)) : null;
    },
  };
  const json = await readConfig(folder);
  const family = familyOf(json);
  return { family, config: family.readConfig(json), tokenizer: await openTokenizer(folder) };
}

/** Trained numbers of the adapter with these options; none where the method refuses the model. */
function parameters(method: AnyApproach, options: unknown, model: Model): string {
  try {
    const context = methodContext(model, method, options, 0);
    const setup = {
      method,
      options,
      context,
      task: sequenceClassification,
      classes: 2,
      pooling: "last",
      trainingRows: 8,
    } as const;
    const { program } = buildTunedProgram(setup, 1, 2);
    return countPart(program.trainables, "adapter").toLocaleString("en");
  } catch {
    return NONE;
  }
}

function table(head: readonly string[], sides: readonly ("" | "r")[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${sides.map((side) => (side === "r" ? "---:" : "---")).join("|")}|`, ...rows.map(line)];
}
