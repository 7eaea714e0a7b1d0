/** What the page is told about methods and models. */

import * as z from "zod";
import type { Method, ModelFacts } from "../methods/method";
import type { BaseModel } from "../training/base-model";
import type { MethodDescription, ModelSummary } from "./api";

/** A method with the form of its options for a model. */
export function describeMethod(method: Method, facts: ModelFacts): MethodDescription {
  const { id, title, summary, group, site, learningRate, card } = method;
  const schema = method.options(facts);
  return {
    id,
    title,
    summary,
    group,
    site,
    learningRate,
    card: { ...card },
    optionsSchema: z.toJSONSchema(schema, { io: "output" }) as Record<string, unknown>,
    defaults: schema.parse({}) as Record<string, unknown>,
  };
}

/** An open model under the source it was asked for by. */
export function describeModel(model: BaseModel, source: string): ModelSummary {
  const { config, family } = model;
  return {
    source,
    name: model.folder.name,
    family: family.title,
    parameters: model.parameters,
    fileBytes: model.fileBytes,
    gpuBytes: model.gpuBytes,
    elementType: "float32",
    layers: config.layers,
    hiddenSize: config.hiddenSize,
    heads: config.heads,
    keyValueHeads: config.keyValueHeads,
    vocabulary: config.vocabulary,
    contextLength: config.contextLength,
    linearNames: [...family.linearNames(config)],
  };
}
