/**
 * Tensor names in PEFT's `adapter_model.safetensors` against the studio's own in-model names. Not
 * for which tensors a folder must have: that is each form's.
 */

export interface TensorNames {
  /** In-model name to name in the file. */
  toFile(name: string): string;
  /**
   * The inverse of `toFile`.
   * @throws Error naming the tensor when it lacks the prefix that its type of adapter has.
   */
  fromFile(name: string): string;
}

const INJECTED = "base_model.model.";
const BESIDE = "base_model.";

function strip(type: string, name: string, prefix: string): string {
  if (name.startsWith(prefix)) return name.slice(prefix.length);
  throw new Error(`Tensor "${name}" of a ${type} adapter does not begin with "${prefix}", so it belongs to no module.`);
}

/** What PEFT injects into the model's modules, the head with them. */
export interface InjectedParts {
  /**
   * Source of an expression for the names of its parameters; PEFT has left an adapter's name behind
   * them.
   */
  readonly parameters?: string;
  /** Those of them that lose their `.weight` in the file. */
  readonly bare?: string;
  /** Whole names of what belongs to no module, and so hangs one level higher. */
  readonly outside?: RegExp;
}

/**
 * `score.weight` is `base_model.model.score.weight` in the file; transformers' own saving leaves
 * the prefix out.
 */
export function injectedNames(type: string, { parameters, bare, outside }: InjectedParts): TensorNames {
  const named = parameters === undefined ? null : new RegExp(`\\.(${parameters})\\.default(?=\\.|$)`);
  const isOutside = (name: string) => outside?.test(name) === true;
  const isBare = (name: string) => bare !== undefined && name.endsWith(`.${bare}`);
  return {
    toFile(name) {
      const weight = ".weight";
      const isLonger = name.endsWith(weight) && isBare(name.slice(0, -weight.length));
      const stored = isLonger ? name.slice(0, -weight.length) : name;
      return (isOutside(stored) ? BESIDE : INJECTED) + stored;
    },
    fromFile(given) {
      const name = named ? given.replace(named, ".$1") : given;
      const prefix = isOutside(name.slice(BESIDE.length)) ? BESIDE : INJECTED;
      const stored = prefix === INJECTED && !name.startsWith(BESIDE) ? name : strip(type, name, prefix);
      return isBare(stored) ? `${stored}.weight` : stored;
    },
  };
}

/** `score.weight` is `base_model.score.weight` in the file; `own` stands there as it is. */
export function besideNames(type: string, own: string): TensorNames {
  return {
    toFile: (name) => (name === own ? name : BESIDE + name),
    fromFile: (name) => (name === own ? name : strip(type, name, BESIDE)),
  };
}

/** The file has the names in the model. */
export const inModelNames: TensorNames = { toFile: (name) => name, fromFile: (name) => name };
