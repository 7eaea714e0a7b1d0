/**
 * `adapter_config.json` as PEFT 0.21 writes it: every key, sorted, with PEFT's values. Not for the
 * keys of one type of adapter, which its form writes and reads.
 */

const PEFT_VERSION = "0.21.0";

/** PEFT's names for what a model is asked. */
export type PeftTask = "SEQ_CLS" | "TOKEN_CLS" | "CAUSAL_LM";

/** `peft_type`: the form's (`forms/`). */
export type PeftConfig = { peft_type: string; base_model_name_or_path: string | null } & Record<string, unknown>;

/** What every type's configuration has, for classifying sequences. */
export function commonConfig(type: string, { baseModel }: { readonly baseModel: string }): PeftConfig {
  return {
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    inference_mode: true,
    peft_type: type,
    peft_version: PEFT_VERSION,
    revision: null,
    task_type: "SEQ_CLS",
  };
}

/** `modules_to_save` of what is injected: the head, under the two names PEFT knows. */
export const HEADS = ["classifier", "score"];

/** Each name once, sorted, as PEFT writes a set. */
export const sortedNames = (names: readonly string[]) => [...new Set(names)].sort();

/**
 * A configuration for another task than classifying sequences; a language model has no head to
 * save.
 */
export function forTask(config: PeftConfig, task: PeftTask): PeftConfig {
  const headless = task === "CAUSAL_LM" && "modules_to_save" in config;
  return { ...config, task_type: task, ...(headless && { modules_to_save: null }) };
}

/**
 * The file's text, as Python's `json.dumps(indent=2, sort_keys=True)` writes it.
 * @param floats keys that Python holds as floats, and so writes `0` as `0.0`.
 */
export function formatPeftConfig(config: object, floats: readonly string[]): string {
  const sorted = Object.fromEntries(Object.entries(config).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify(sorted, null, 2);
  if (floats.length === 0) return text;
  return text.replace(new RegExp(`^( +"(?:${floats.join("|")})": -?\\d+)(,?)$`, "gm"), "$1.0$2");
}
