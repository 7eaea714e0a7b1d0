/**
 * What the forms share that hold tensors for every target module and nothing else but the head:
 * schema, checks and reading of these, the targets in the configuration, and the module's weight
 * that they change. Each fills in its own.
 */

import * as z from "zod";
import type { NamedTensor } from "../../hub/write-safetensors";
import { type Change, type MergedBase, replacementOf } from "../base-change";
import { checkShape, tensorNamed } from "../module-checks";
import { commonConfig, HEADS, type PeftConfig, sortedNames } from "../peft-config";
import { peftLayout } from "../peft-layout";
import type { TargetModules } from "../target-modules";
import {
  blockSettings,
  checkModules,
  settleTargets,
  targetOptions,
  targetSettings,
  targetsIn,
  writtenTargets,
} from "../target-settings";
import { injectedNames } from "../tensor-names";
import type { AdapterForm, AnySettings, WritingSite } from "./form";
import type { StudioSettings } from "./studio";

/** The tensors of one module. */
export interface ModuleTensors {
  readonly path: string;
  /** Whether there is one of this name, behind the module's path. */
  has(name: string): boolean;
  /** Throws an Error naming the tensor if there is none. */
  part(name: string): NamedTensor;
}

/** The same while a folder is read. */
export interface CheckedModule extends ModuleTensors {
  /**
   * The tensor of this name, of this shape: null where any size will do. Throws an Error with both
   * shapes where it has another, for which `why` asks.
   */
  shaped(name: string, shape: readonly (number | null)[], why: string): NamedTensor;
}

/** What belongs to no module, while a folder is read. */
export interface SharedTensors extends Pick<CheckedModule, "has" | "shaped"> {}

type OwnKeys = Readonly<Record<string, z.ZodType>>;

/** A configuration with these keys of its own. */
export type TargetConfig<Own extends OwnKeys> = PeftConfig &
  z.infer<z.ZodObject<typeof targetSettings>> &
  z.infer<z.ZodObject<Own>>;

export interface TargetForm<Settings extends AnySettings & TargetModules, Own extends OwnKeys>
  extends Pick<AdapterForm<Settings, TargetConfig<Own>>, "sentence" | "given"> {
  readonly type: Settings["type"];
  /** The method's id. */
  readonly method: string;
  /** The method's title, and what one of the tensors is. */
  readonly title: string;
  readonly what: string;
  /** Source of an expression for the names of a module's tensors. */
  readonly tensors: string;
  /** The same for the one that takes the module's others in where a weight is changed. */
  readonly first: string;
  /** The form's own keys in adapter_config.json: their defaults, and what of them is refused. */
  readonly schema: Own;
  /** Keys of it that Python holds as floats. Default: none. */
  readonly floats?: readonly string[];
  /**
   * Checks the tensors of one module.
   * @throws Error naming the tensor, and both shapes where it has another one.
   */
  check(config: TargetConfig<Own>, module: CheckedModule): void;
  /**
   * Source of an expression for whole names of what belongs to no module. Default: there is none.
   */
  readonly shared?: string;
  /** The same for names, behind a module's path, of what PEFT writes once more. Default: none. */
  readonly repeats?: string;
  /** Checks these tensors, likewise. Default: nothing. */
  checkShared?(config: TargetConfig<Own>, shared: SharedTensors): void;
  /** Whether PEFT has it for torch's Linear alone. Default: for Conv1D too. */
  readonly linearOnly?: boolean;
  /** The form's own keys as they are written. */
  written(settings: Settings, site: WritingSite): z.infer<z.ZodObject<Own>> & Readonly<Record<string, unknown>>;
  /** The method's options beside the targets, of a folder that was written elsewhere. */
  options(config: TargetConfig<Own>): Readonly<Record<string, unknown>>;
  /**
   * What becomes of a module's weight. Left out where a merged model is made of the plain LoRA that
   * the run is converted to.
   */
  change?(settings: Settings, module: ModuleTensors, base: MergedBase): Change;
}

export function targetForm<Settings extends AnySettings & TargetModules, Own extends OwnKeys>(
  form: TargetForm<Settings, Own>,
): AdapterForm<Settings, TargetConfig<Own>, Settings | StudioSettings> {
  type Config = TargetConfig<Own>;
  const { type, title } = form;
  const outside = form.shared === undefined ? undefined : new RegExp(`^(?:${form.shared})$`);
  const repeated = form.repeats === undefined ? undefined : new RegExp(`\\.(?:${form.repeats})$`);
  const names = injectedNames(type, { parameters: form.tensors, ...(outside && { outside }) });
  const ofModules = (tensors: readonly NamedTensor[]) => tensors.filter(({ name }) => !outside?.test(name));
  const suffix = new RegExp(`\\.(?:${form.tensors})$`);
  const first = new RegExp(`\\.(?:${form.first})$`);
  return {
    type,
    sentence: form.sentence,
    layout: peftLayout<Config>({
      type,
      names,
      schema: z.looseObject({ ...targetSettings, ...form.schema }),
      ...(form.floats && { floats: form.floats }),
      ...(repeated && { repeats: (name: string) => repeated.test(name) }),
      settle: (config, tensors) => settleTargets(config, ofModules(tensors), suffix),
      check(config, tensors) {
        const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
        const within = (prefix: string): Omit<CheckedModule, "path"> => {
          const part = (name: string) => tensorNamed(names, byName, prefix + name);
          return {
            part,
            has: (name) => byName.has(prefix + name),
            shaped(name, shape, why) {
              const tensor = part(name);
              const wanted = shape.map((size, at) => size ?? tensor.shape[at] ?? 0);
              checkShape(names, tensor, wanted, why);
              return tensor;
            },
          };
        };
        form.checkShared?.(config, within(""));
        checkModules(names, config, ofModules(tensors), { suffix, what: form.what }, (_, path) =>
          form.check(config, { path, ...within(`${path}.`) }),
        );
      },
    }),
    config: (settings, site) => ({
      ...commonConfig(type, site),
      ...blockSettings(settings),
      modules_to_save: HEADS,
      target_modules: sortedNames(writtenTargets(settings.targets, site)),
      ...form.written(settings, site),
    }),
    above: targetsIn,
    writtenAs: (settings, { fanInFanOut }) =>
      form.linearOnly === true && fanInFanOut
        ? { type: "STUDIO", why: `its ${title} is for torch's Linear alone, not for GPT-2's Conv1D.` }
        : settings,
    ...(form.given && { given: form.given }),
    run: (config) => ({ method: form.method, options: { ...targetOptions(config), ...form.options(config) } }),
    change: (settings) => (tensor, all, base) => {
      const { name } = tensor;
      if (outside?.test(name)) return [];
      if (!suffix.test(name)) return replacementOf(tensor);
      if (!form.change || !first.test(name)) return [];
      const path = name.replace(suffix, "");
      const part = (wanted: string) => {
        const found = all.get(`${path}.${wanted}`);
        if (!found) throw new Error(`"${name}" has no "${path}.${wanted}" beside it.`);
        return found;
      };
      const has = (wanted: string) => all.has(`${path}.${wanted}`);
      return [[`${path}.weight`, form.change(settings, { path, has, part }, base)]];
    },
  };
}
