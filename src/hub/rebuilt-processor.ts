/**
 * What goes around a text for tokenizer classes that transformers builds anew: those put their
 * tokens by `add_bos_token` and `add_eos_token`, whatever tokenizer.json says. So does
 * transformers up to 4; 5 keeps to tokenizer.json. Source: `update_post_processor` of
 * LlamaTokenizerFast, GemmaTokenizerFast, CohereTokenizerFast and CodeLlamaTokenizerFast in 4.57.
 */

import { contentOf, type TokenizerJson } from "./tokenizer-schema";

/** The tokens that a class has where tokenizer_config.json names none. */
const CLASSES: Readonly<Record<string, { readonly bos: string; readonly eos: string }>> = {
  Llama: { bos: "<s>", eos: "</s>" },
  CodeLlama: { bos: "<s>", eos: "</s>" },
  Gemma: { bos: "<bos>", eos: "<eos>" },
  Cohere: { bos: "<BOS_TOKEN>", eos: "<|END_OF_TURN_TOKEN|>" },
};

type Settings = Readonly<Record<string, unknown>>;

/**
 * The tokenizer with its class's own post-processor; the same where its class has none, or where a
 * token that it would add is no token of it.
 */
export function withClassProcessor(json: TokenizerJson, settings: Settings): TokenizerJson {
  const [, name] = /^(\w+?)Tokenizer(?:Fast)?$/.exec(String(settings.tokenizer_class)) ?? [];
  const standard = name !== undefined && Object.hasOwn(CLASSES, name) ? CLASSES[name]! : null;
  if (!standard) return json;
  const { add_bos_token: begins = true, add_eos_token: ends = false } = settings;
  const bos = begins ? (contentOf(settings.bos_token) ?? standard.bos) : null;
  const eos = ends ? (contentOf(settings.eos_token) ?? standard.eos) : null;
  const specials = [bos, eos].filter((token) => token !== null).map((token) => [token, idOf(json, token)] as const);
  if (specials.some(([, id]) => id === undefined)) return json;
  const around = (text: "A" | "B", type: 0 | 1) => {
    const special = (token: string | null) => (token === null ? [] : [{ SpecialToken: { id: token, type_id: type } }]);
    return [...special(bos), { Sequence: { id: text, type_id: type } }, ...special(eos)];
  };
  const processor = {
    type: "TemplateProcessing",
    single: around("A", 0),
    pair: [...around("A", 0), ...around("B", 1)],
    special_tokens: Object.fromEntries(
      specials.map(([token, id]) => [token, { id: token, ids: [id], tokens: [token] }]),
    ),
  };
  return { ...json, post_processor: processor } as TokenizerJson;
}

function idOf({ added_tokens: added, model }: TokenizerJson, token: string): number | undefined {
  const own = added.find(({ content }) => content === token)?.id;
  if (own !== undefined) return own;
  const { vocab } = model;
  if (!Array.isArray(vocab)) return Object.hasOwn(vocab, token) ? (vocab[token] as number) : undefined;
  const index = vocab.findIndex((entry) => (entry as [string, number])[0] === token);
  return index < 0 ? undefined : index;
}
