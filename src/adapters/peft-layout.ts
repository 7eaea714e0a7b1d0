/**
 * Folders in PEFT's layout, read strictly: PEFT loads leniently (missing tensors warn, extra ones
 * are ignored); here both are errors that name the tensor as it stands in the file.
 */

import { strToU8 } from "fflate";
import * as z from "zod";
import { checkedBy, issueLines } from "../errors/checked-by";
import { sentence } from "../errors/sentence";
import type { NamedTensor } from "../hub/write-safetensors";
import { writeSafetensors } from "../hub/write-safetensors";
import { CONFIG, isHead, MODEL } from "./folder";
import type { AdapterTensors, Layout, Library } from "./layout";
import { formatPeftConfig, type PeftConfig } from "./peft-config";
import { readTensors } from "./read-tensors";
import { PICKLED, plainName } from "./spellings";
import type { TensorNames } from "./tensor-names";

export const PEFT: Library = {
  name: "peft",
  version: ({ peft_version: version }) => `PEFT ${version}`,
  imports: "from peft import PeftModel",
  loads: ["model = PeftModel.from_pretrained(model, adapter).eval()"],
};

/** What a form in PEFT's layout says of its files. */
export interface PeftFiles<Config extends PeftConfig> {
  readonly type: string;
  readonly names: TensorNames;
  /** Of the form's own keys in adapter_config.json: their defaults, and what of them is refused. */
  readonly schema: z.ZodType;
  /** Keys of it that Python holds as floats. Default: none. */
  readonly floats?: readonly string[];
  /**
   * Whether a tensor, by its name in the model, is one that PEFT has written once more: left out.
   * Default: none is.
   */
  repeats?(name: string): boolean;
  /** Settings that mean something only together with the tensors, brought to one spelling. */
  settle?(config: Config, tensors: readonly NamedTensor[]): Config;
  /**
   * Checks that the tensors, heads aside, are those that the configuration describes.
   * @throws Error naming the tensor, and both shapes where it has another one.
   */
  check(config: Config, tensors: readonly NamedTensor[]): void;
}

const baseSchema = z.looseObject({
  peft_type: z.string(),
  task_type: z.enum(["SEQ_CLS", "TOKEN_CLS", "CAUSAL_LM"]).nullish(),
  base_model_name_or_path: z.string().nullable().default(null),
});

export function peftLayout<Config extends PeftConfig>(form: PeftFiles<Config>): Layout {
  const { type, names } = form;
  return {
    library: PEFT,
    files: [MODEL],
    names,
    claims: (json) => (json as { peft_type?: unknown } | null)?.peft_type === type,
    async read(json, files) {
      const parsed = parse<Config>(form.schema, json);
      const stored = await readTensors(MODEL, modelBytes(files), (stored) => {
        const plain = plainName(stored);
        const name = plain === null ? null : names.fromFile(plain);
        return name !== null && form.repeats?.(name) ? null : name;
      });
      const { tensors, baseTensors } = withoutBase(stored);
      const task_type = parsed.task_type ?? (tensors.some(({ name }) => isHead(name)) ? "SEQ_CLS" : "CAUSAL_LM");
      const whole: Config = { ...parsed, task_type };
      const config = form.settle?.(whole, tensors) ?? whole;
      form.check(config, tensors);
      checkHead(config, tensors, names);
      return { config, tensors, ...(baseTensors.length > 0 && { baseTensors }) };
    },
    write({ config, tensors }) {
      const stored = tensors.map((tensor) => ({ ...tensor, name: names.toFile(tensor.name) }));
      return { [CONFIG]: strToU8(formatPeftConfig(config, form.floats ?? [])), [MODEL]: writeSafetensors(stored) };
    },
  };
}

/**
 * A key with null counts as left out, so that it takes its default: Python writes None where a
 * person or a trainer set nothing.
 * @throws Error naming the keys and what is wrong with them.
 */
function parse<Config extends PeftConfig>(schema: z.ZodType, json: unknown): Config {
  const [unset, said] = [true, false].map((isNull) =>
    Object.fromEntries(Object.entries(json as object).filter(([, value]) => (value === null) === isNull)),
  );
  const checked = checkedBy(z.intersection(baseSchema, schema), said);
  if ("issues" in checked) {
    throw new Error(sentence(`${CONFIG} does not describe an adapter that can be read. ${issueLines(checked.issues)}`));
  }
  return { ...unset, ...(checked.value as Config) };
}

function modelBytes(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const bytes = files[MODEL];
  if (bytes) return bytes;
  if (files[PICKLED]) {
    throw new Error(
      `${PICKLED} is a pickled file, which can run code when it is opened, so it is not. Load the adapter in PEFT and save ` +
        `it again: that writes ${MODEL}.`,
    );
  }
  throw new Error(`There is no ${MODEL} beside ${CONFIG}. Adapters in another format must be saved as safetensors.`);
}

/** Inside the wrapper that PEFT puts around an adapted module. */
const WRAPPED_WEIGHT = ".base_layer.weight";

/**
 * Apart from an adapter's own tensors the frozen embeddings and head that PEFT saves with it
 * (`save_embedding_layers`).
 */
function withoutBase(read: readonly NamedTensor[]): Required<Pick<AdapterTensors, "tensors" | "baseTensors">> {
  const isBase = ({ name }: NamedTensor) => name.endsWith(WRAPPED_WEIGHT);
  const baseName = (name: string) => name.replace(WRAPPED_WEIGHT, ".weight");
  return {
    tensors: read.filter((tensor) => !isBase(tensor)),
    baseTensors: read.filter(isBase).map((tensor) => ({ ...tensor, name: baseName(tensor.name) })),
  };
}

/** A head where the task has one, and none where it has not. */
function checkHead({ task_type }: PeftConfig, tensors: readonly NamedTensor[], names: TensorNames): void {
  const head = tensors.find(({ name }) => isHead(name));
  if (task_type === "CAUSAL_LM") {
    if (!head) return;
    const name = names.toFile(head.name);
    throw new Error(`${MODEL}: tensor "${name}" is a classification head's, but ${CONFIG} is for a language model.`);
  }
  if (!head) throw new Error(`${MODEL} has no classification head ("${names.toFile("score.weight")}").`);
}
