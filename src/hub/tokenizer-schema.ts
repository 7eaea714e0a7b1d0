/**
 * Whether a tokenizer.json is one: held to what Rust's `tokenizers` takes, since the JavaScript
 * library reads damaged files too and then gives other ids. Not for tokenizing.
 */

import type { Tokenizer } from "@huggingface/tokenizers";
import * as z from "zod";
import { checkedBy, issueLines } from "../errors/checked-by";
import { shortened, shortenedJson } from "../errors/shortened";

/** Of what a file may leave out: the library takes some of it for missing, or for false. */
const DEFAULTS = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
} as const;

/** Beyond any vocabulary; the library makes lists as long as the largest id. */
const LARGEST_ID = 2 ** 24 - 1;
/** Characters of an expression in a tokenizer; GPT-4's and Llama's have some 150. */
const LONGEST_EXPRESSION = 10_000;

const id = z.int().min(0).max(LARGEST_ID);
const flag = z.boolean();
const text = z.string();

const addedToken = z.looseObject({
  id,
  content: text.min(1),
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
  special: flag,
});

const pattern = z.union([z.looseObject({ String: text }), z.looseObject({ Regex: text.max(LONGEST_EXPRESSION) })]);

/** A special token in settings is its text, or an object that holds it. */
export function contentOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : null;
}

type Shape = Record<string, z.ZodType>;

/** One of several kinds, told apart by `type`, each with its own keys. */
function oneOf(kinds: Readonly<Record<string, Shape>>) {
  const options = Object.entries(kinds).map(([type, shape]) => z.looseObject({ type: z.literal(type), ...shape }));
  return z.discriminatedUnion("type", options as unknown as [z.ZodObject<{ type: z.ZodLiteral<string> }>]);
}

const byteLevel = { add_prefix_space: flag, trim_offsets: flag, use_regex: flag.default(true) };
const metaspace = {
  replacement: text.refine((value) => [...value].length === 1, "is one character"),
  add_prefix_space: flag.optional(),
  prepend_scheme: z.enum(["first", "never", "always"]).optional(),
  split: flag.optional(),
};
const replace = { pattern, content: text };

const normalizer: z.ZodType = oneOf({
  BertNormalizer: { clean_text: flag, handle_chinese_chars: flag, strip_accents: flag.nullish(), lowercase: flag },
  Strip: { strip_left: flag, strip_right: flag },
  StripAccents: {},
  NFC: {},
  NFD: {},
  NFKC: {},
  NFKD: {},
  Sequence: { normalizers: z.lazy(() => z.array(normalizer)) },
  Lowercase: {},
  Nmt: {},
  Precompiled: { precompiled_charsmap: text.nullable() },
  Replace: replace,
  Prepend: { prepend: text },
  ByteLevel: {},
});

const preTokenizer: z.ZodType = oneOf({
  BertPreTokenizer: {},
  ByteLevel: byteLevel,
  Delimiter: { delimiter: text },
  CharDelimiterSplit: { delimiter: text },
  Metaspace: metaspace,
  Whitespace: {},
  Sequence: { pretokenizers: z.lazy(() => z.array(preTokenizer)) },
  Split: {
    pattern,
    behavior: z.enum(["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]),
    invert: flag,
  },
  Punctuation: { behavior: text.optional() },
  WhitespaceSplit: {},
  Digits: { individual_digits: flag },
  UnicodeScripts: {},
  FixedLength: { length: z.int().min(1).optional() },
});

const decoder: z.ZodType = oneOf({
  BPEDecoder: { suffix: text },
  ByteLevel: byteLevel,
  WordPiece: { prefix: text, cleanup: flag },
  Metaspace: metaspace,
  CTC: { pad_token: text, word_delimiter_token: text, cleanup: flag },
  Sequence: { decoders: z.lazy(() => z.array(decoder)) },
  Replace: replace,
  Fuse: {},
  Strip: { content: text, start: z.int().min(0), stop: z.int().min(0) },
  ByteFallback: {},
});

const named = z.tuple([text, id]);
const typeId = z.int().min(0);
const piece = z.union([
  z.looseObject({ SpecialToken: z.looseObject({ id: text, type_id: typeId }) }),
  z.looseObject({ Sequence: z.looseObject({ id: z.enum(["A", "B"]), type_id: typeId }) }),
]);
const special = z.looseObject({ id: text, ids: z.array(id), tokens: z.array(text) });
const template = {
  single: z.array(piece),
  pair: z.array(piece),
  special_tokens: z.record(text, special),
};
const postProcessor: z.ZodType = oneOf({
  RobertaProcessing: { sep: named, cls: named, trim_offsets: flag, add_prefix_space: flag },
  BertProcessing: { sep: named, cls: named },
  ByteLevel: byteLevel,
  TemplateProcessing: template,
  Sequence: { processors: z.lazy(() => z.array(postProcessor)) },
});

const words = z.record(text, z.unknown());
const models = {
  BPE: z.looseObject({
    dropout: z.literal(0, "draws other tokens each time, which is not done here; set it to null").nullish(),
    unk_token: text.nullish(),
    continuing_subword_prefix: text.nullish(),
    end_of_word_suffix: text.nullish(),
    fuse_unk: flag.nullish(),
    byte_fallback: flag.nullish(),
    ignore_merges: flag.nullish(),
    vocab: words,
    merges: z.array(z.unknown()),
  }),
  WordPiece: z.looseObject({
    unk_token: text,
    continuing_subword_prefix: text,
    max_input_chars_per_word: z.int().min(0),
    vocab: words,
  }),
  Unigram: z.looseObject({
    unk_id: z.int().min(0).nullish(),
    byte_fallback: flag.nullish(),
    vocab: z.array(z.unknown()).min(1),
  }),
};
type Model = z.infer<(typeof models)[keyof typeof models]>;

/** Its kind is said, or follows from what it has. Issues are those of the kind's schema. */
const model = z
  .looseObject({ type: z.enum(["BPE", "WordPiece", "Unigram"]).optional() })
  .transform((given, context) => {
    const type = given.type ?? ("merges" in given ? "BPE" : Array.isArray(given.vocab) ? "Unigram" : "WordPiece");
    const checked = checkedBy<unknown>(models[type], given);
    if ("value" in checked) return checked.value as Model;
    for (const { path, message } of checked.issues) context.addIssue({ code: "custom", path: [...path], message });
    return z.NEVER;
  });

const truncation = z.looseObject({
  max_length: z.int().min(0),
  strategy: text,
  stride: z.int().min(0),
  direction: text.optional(),
});
const padding = z.looseObject({
  strategy: z.unknown(),
  direction: text,
  pad_to_multiple_of: z.int().min(0).nullish(),
  pad_id: id,
  pad_type_id: z.int().min(0),
  pad_token: text,
});

// Rust's library reads no file with another key.
const schema = z.strictObject({
  version: z.literal("1.0", "must be 1.0").optional(),
  truncation: truncation.nullish(),
  padding: padding.nullish(),
  added_tokens: z.array(addedToken).default([]),
  normalizer: normalizer.nullish(),
  pre_tokenizer: preTokenizer.nullish(),
  post_processor: postProcessor.nullish(),
  decoder: decoder.nullish(),
  model,
});

type Json = z.infer<typeof schema>;
/** What the library is given. */
export type TokenizerJson = ConstructorParameters<typeof Tokenizer>[0] & {
  readonly added_tokens: readonly z.infer<typeof addedToken>[];
  readonly model: Model;
  readonly post_processor: unknown;
  readonly decoder: unknown;
};

/**
 * A parsed tokenizer.json that is checked, with what it leaves out. `source`: the folder, for the
 * message.
 * @throws Error naming the place in the file and what is wrong there, with both numbers where
 * there are two.
 */
export function checkedTokenizer(json: Readonly<Record<string, unknown>>, source: string): TokenizerJson {
  const refuse = (what: string) =>
    new Error(`tokenizer.json of ${source} cannot be used: ${what}. Get it again, or save it anew with transformers.`);
  const checked = checkedBy(schema, json);
  if ("issues" in checked) throw refuse(issueLines(checked.issues));
  const problem = problemOf(checked.value);
  if (problem !== null) throw refuse(problem);
  return { ...DEFAULTS, ...json, pre_tokenizer: withSplit(json.pre_tokenizer) } as unknown as TokenizerJson;
}

/** As Rust does, Metaspace cuts at every space where nothing else is said. */
function withSplit(given: unknown): unknown {
  const one = given as { type?: unknown; pretokenizers?: unknown[] } | null | undefined;
  if (!one) return null;
  if (one.type === "Metaspace") return { split: true, ...one };
  return one.pretokenizers ? { ...one, pretokenizers: one.pretokenizers.map(withSplit) } : one;
}

function problemOf(json: Json): string | null {
  const ids = new Map<string, number>();
  return (
    vocabularyProblem(json.model, ids) ??
    mergeProblem(json.model, ids) ??
    addedProblem(json, ids) ??
    processorProblem(json.post_processor, ids)
  );
}

/** Fills `ids` by word. */
function vocabularyProblem({ vocab, ...model }: Model, ids: Map<string, number>): string | null {
  if (Array.isArray(vocab)) {
    for (const [index, entry] of vocab.entries()) {
      const [word, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
      const isPair = Array.isArray(entry) && entry.length === 2;
      if (!isPair || typeof word !== "string" || typeof score !== "number") {
        return `model.vocab.${index} is ${shortenedJson(entry)}, which is no pair of a word and its score`;
      }
      ids.set(word, index);
    }
    const { unk_id: unknown } = model as { unk_id?: number | null };
    if (typeof unknown !== "number" || unknown < vocab.length) return null;
    return `model.unk_id is ${unknown}, but the vocabulary has ${vocab.length} words`;
  }
  const owners = new Map<number, string>();
  for (const [word, value] of Object.entries(vocab)) {
    const said = `the word "${shortened(word)}" has the id ${shortenedJson(value)}`;
    if (!Number.isInteger(value) || (value as number) < 0) return `${said}, which is no whole number from 0 on`;
    const own = value as number;
    if (own > LARGEST_ID) return `${said}, but ids end at ${LARGEST_ID}`;
    const owner = owners.get(own);
    if (owner !== undefined) return `${said}, which "${shortened(owner)}" has, too`;
    owners.set(own, word);
    ids.set(word, own);
  }
  return null;
}

/** Each merge's two parts and what they make must be words. */
function mergeProblem(model: Model, ids: ReadonlyMap<string, number>): string | null {
  if (!("merges" in model)) return null;
  const { merges, continuing_subword_prefix: prefix } = model as {
    merges: readonly unknown[];
    continuing_subword_prefix?: string | null;
  };
  for (const [index, merge] of merges.entries()) {
    const parts = typeof merge === "string" ? merge.split(" ") : merge;
    if (!Array.isArray(parts) || parts.length !== 2 || !parts.every((part) => typeof part === "string")) {
      return `model.merges.${index} is ${shortenedJson(merge)}, which is no pair of words`;
    }
    const [first, second] = parts as [string, string];
    const missing = [first, second, first + second.slice(prefix?.length ?? 0)].find((word) => !ids.has(word));
    if (missing === undefined) continue;
    return `model.merges.${index} needs the word "${shortened(missing)}", which the vocabulary has not`;
  }
  return null;
}

/**
 * Rust gives a token that is a word the word's id, and else the next one, whatever the file says:
 * where they differ, the file's ids are not those that the model was trained with.
 */
function addedProblem({ added_tokens: added, model }: Json, ids: Map<string, number>): string | null {
  const words = Array.isArray(model.vocab) ? model.vocab.length : ids.size;
  let last = -1;
  for (const { id: own, content } of added) {
    const expected = ids.get(content) ?? Math.max(words, last + 1);
    if (own !== expected) return `the added token "${shortened(content)}" has the id ${own} instead of ${expected}`;
    ids.set(content, own);
    last = Math.max(last, own);
  }
  return null;
}

/** What goes around a text must have the ids of its tokens. */
function processorProblem(given: unknown, ids: ReadonlyMap<string, number>): string | null {
  const processor = given as
    | ({ type?: string; processors?: unknown[] } & Partial<z.infer<z.ZodObject<typeof template>>> &
        Partial<Record<"sep" | "cls", [string, number]>>)
    | null
    | undefined;
  if (!processor) return null;
  for (const one of processor.processors ?? []) {
    const problem = processorProblem(one, ids);
    if (problem !== null) return problem;
  }
  const { special_tokens: specials = {} } = processor;
  const pairs = [processor.sep, processor.cls].filter((pair) => pair !== undefined);
  for (const { ids: own, tokens, id: name } of Object.values(specials)) {
    if (own.length !== tokens.length) {
      return `post_processor.special_tokens: "${shortened(name)}" has ${tokens.length} tokens and ${own.length} ids`;
    }
    pairs.push(...tokens.map((token, index): [string, number] => [token, own[index]!]));
  }
  for (const [token, own] of pairs) {
    if (ids.get(token) === own) continue;
    return `post_processor: "${shortened(token)}" has the id ${own} there and ${ids.get(token) ?? "none"} in the vocabulary`;
  }
  const asked = [...(processor.single ?? []), ...(processor.pair ?? [])].flatMap((one) =>
    "SpecialToken" in one ? [(one.SpecialToken as { id: string }).id] : [],
  );
  const missing = asked.find((name) => !Object.hasOwn(specials, name));
  return missing === undefined ? null : `post_processor.special_tokens has no "${shortened(missing)}"`;
}
