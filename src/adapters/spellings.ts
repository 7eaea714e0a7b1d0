/**
 * Spellings of an adapter folder that PEFT and trainers have written, brought to the one that is
 * read. Not for what they put into the names of a form's own parameters (`tensor-names.ts`), nor
 * for settings (`target-settings.ts`).
 */

/** Where PEFT 0.3 and older, which pickled, kept the tensors. */
export const PICKLED = "adapter_model.bin";

/** What older versions saved of a head beside the trained one: the base model's. */
const ORIGINAL = /\.original_module\./;

/**
 * A tensor's name without what some versions and trainers leave in it; null for what is not the
 * adapter's.
 */
export function plainName(name: string): string | null {
  if (ORIGINAL.test(name)) return null;
  return name.replace(/^(?:module\.|_orig_mod\.)+/, "").replace(/\.modules_to_save(?:\.default)?\./, ".");
}
