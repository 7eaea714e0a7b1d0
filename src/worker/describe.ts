/** What the page is told about methods and models. */

import * as z from "zod";
import { formOf } from "../adapters/forms/registry";
import { PEFT } from "../adapters/peft-layout";
import type { BaseModel } from "../base/base-model";
import type { PrecisionChoice } from "../base/precision";
import { readModel } from "../base/read-model";
import type { EstimateInput } from "../estimate/estimate";
import { conversionsOf, isSummable } from "../folders/export";
import { mergedForms, mergeObstacle } from "../folders/merge";
import { readsWords } from "../methods/answerer";
import { defaultLearningRate } from "../methods/learning-rate";
import type { ModelFacts } from "../methods/method";
import type { AnyApproach } from "../methods/registry";
import { elementCount, tensorBytes } from "../program/tensor";
import type { Fit, MethodDescription, ModelDetails, ModelSummary } from "./api";
import type { InspectedModel } from "./models";

/** A method or answerer with the form of its options for a model. */
export function describeMethod(method: AnyApproach, facts: ModelFacts): MethodDescription {
  const { id, title, summary, group, site, card } = method;
  const schema = method.options(facts);
  const defaults = schema.parse({});
  const form = method.exportForm(defaults, facts);
  const merges = mergeObstacle(method, form) === null;
  return {
    id,
    title,
    summary,
    group,
    site,
    mainOptions: [...(method.mainOptions ?? Object.keys(defaults as object).slice(0, 3))],
    loadedBy: loadedBy(form.type),
    learningRate: method.trains ? defaultLearningRate(method, facts) : null,
    headOnly: method.trains && method.headOnly === true,
    conversions: [
      ...conversionsOf(method).map((conversion) => ({ ...conversion, merged: false })),
      ...(merges ? mergedForms.map(({ id, title }) => ({ id, title, merged: true })) : []),
    ],
    summable: isSummable(method, form),
    lossOverWords: readsWords(method),
    card: { ...card },
    optionsSchema: z.toJSONSchema(schema, { io: "output" }) as Record<string, unknown>,
    defaults: defaults as Record<string, unknown>,
  };
}

function loadedBy(type: string): string | null {
  const { layout, verbatim } = formOf(type);
  return verbatim ? null : layout.library === PEFT ? "PEFT" : "AdapterHub";
}

/** An open model under the source it was asked for by. */
export function describeModel(model: BaseModel, source: string, precision: PrecisionChoice): ModelSummary {
  const { config, family } = model;
  return {
    source,
    name: model.folder.name,
    family: family.title,
    parameters: model.parameters,
    fileBytes: model.fileBytes,
    memoryBytes: model.memoryBytes,
    elementType: model.precision,
    precision,
    precisionNote: model.precisionNote,
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    heads: config.heads,
    keyValueHeads: config.keyValueHeads,
    vocabulary: config.vocabulary,
    contextLength: config.contextLength,
    linearNames: [...family.linearNames(config)],
    poolings: [...model.poolings],
    specialTokens: model.tokenizer.specialTokens.map(({ id, text, roles }) => ({ id, text, roles: [...roles] })),
  };
}

/**
 * A model that was looked at. What speaks against opening it is told, not thrown; a server that
 * cannot be reached is.
 * @param measure whether a model of this kind fits the device; null where nothing is chosen to go
 * by.
 */
export async function describeInspected(
  inspected: InspectedModel,
  capacity: number,
  measure: (model: Omit<EstimateInput["model"], "tokenizer">) => Fit | null,
): Promise<ModelDetails> {
  const { folder, files, unchecked, licence, gated, commit, storedBytes } = inspected;
  const known = {
    source: folder.source,
    name: folder.name,
    commit,
    licence,
    gated,
    files: [...files],
    unchecked: [...unchecked],
    bytes: files.reduce((sum, { bytes, wanted }) => sum + (wanted ? bytes : 0), 0),
    storedBytes,
  };
  const nothing = { family: null, parameters: null, layers: null, hiddenSize: null, contextLength: null };
  try {
    const { family, config, weights, precision, poolings, needed, languageHead } = await readModel(
      folder,
      "auto",
      undefined,
      capacity,
    );
    return {
      ...known,
      refusal: null,
      family: family.title,
      parameters: needed.reduce((sum, { tensor }) => sum + elementCount(tensor.shape), 0),
      layers: config.layers,
      hiddenSize: config.hiddenSize,
      contextLength: config.contextLength,
      weightBytes: needed.reduce((sum, { tensor }) => sum + tensorBytes(tensor), 0),
      fit: measure({
        family,
        config,
        precision,
        poolings,
        parameters: weights.parameters,
        languageHead: languageHead.kind,
      }),
    };
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return { ...known, ...nothing, weightBytes: null, fit: null, refusal: (error as Error).message };
  }
}
