/**
 * A model folder's tokenizer, over `@huggingface/tokenizers`: ids, readable pieces, special ids.
 * Not for: cutting to a length, joining with prompts or batching (`data/`).
 */

import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { type ChatTemplate, openChatTemplate } from "./chat-template";
import { readJsonObject } from "./json";
import { withClassProcessor } from "./rebuilt-processor";
import { expressionProblem } from "./tokenizer-expressions";
import { checkedTokenizer, contentOf } from "./tokenizer-schema";
import type { ModelFolder } from "./types";

/**
 * Characters. The expressions of tokenizer.json look ahead, so that no engine can promise linear
 * time for them: what they are asked is bounded, and so is the power of it that their time takes
 * (`tokenizer-expressions.ts`).
 */
const LONGEST_TEXT = 10_000_000;

/** One token as a person may read it. */
export interface TokenPiece {
  id: number;
  /** A byte that is no character by itself is written `<0xE6>`. */
  text: string;
  special: boolean;
}

/** A special token with what it is for. */
export interface SpecialToken {
  readonly id: number;
  readonly text: string;
  /**
   * For example `end of text`, `padding`, `begins every text`; empty where neither settings nor
   * tokenizer tell.
   */
  readonly roles: readonly string[];
}

export interface WordTokens {
  readonly ids: number[];
  /**
   * For each token the index of its word; null for a special token. A word without any token is in
   * none.
   */
  readonly wordOf: (number | null)[];
}

export interface Tokenizer {
  /** Highest id the tokenizer can give, plus one. */
  readonly size: number;
  /** Null where the model names no such token. */
  readonly bosId: number | null;
  readonly eosId: number | null;
  /**
   * Every token at which a text ends: `eosId`, and those that generation_config.json names, or else
   * config.json.
   */
  readonly endIds: readonly number[];
  /** The end-of-sequence token as it is written in a text; empty where there is none. */
  readonly eosText: string;
  /** The model's own way to write a conversation as one text; null where it has none. */
  readonly chatTemplate: ChatTemplate | null;
  readonly padId: number | null;
  /** What a word becomes that has no tokens; null where every text has some. */
  readonly unknownId: number | null;
  /** Every token that is no text, as the tokenizer declares it. */
  readonly specialIds: ReadonlySet<number>;
  /** Those that have a role, in order of their ids. */
  readonly specialTokens: readonly SpecialToken[];
  /** How many special tokens the tokenizer puts before and after a single text. */
  readonly leadingSpecials: number;
  readonly trailingSpecials: number;
  /**
   * What `encodeWords` puts before every word: a space, unless the tokenizer does so itself.
   */
  readonly wordPrefix: "" | " ";
  /**
   * Ids of a text or pair; `specialTokens` (default true) adds what the tokenizer adds. An empty
   * pair is a pair.
   */
  encode(text: string, pair?: string | null, options?: { specialTokens?: boolean }): number[];
  /**
   * Ids of two texts as one row, and the type of each token as the tokenizer's post-processor gives
   * it (0, or 1 of the second text); null where the tokenizer's settings say that its model is
   * given none.
   */
  encodePair(text: string, pair: string): { readonly ids: number[]; readonly types: number[] | null };
  /**
   * Ids of a row that is split into words already, special tokens included, and the word that each
   * token belongs to.
   */
  encodeWords(words: readonly string[]): WordTokens;
  /** The tokens of a text as the model sees them, special tokens included. */
  pieces(text: string): TokenPiece[];
  /** Ids as a person may read them one by one. */
  piecesOf(ids: ArrayLike<number>): TokenPiece[];
  /** Text of ids, without special tokens. */
  decode(ids: readonly number[]): string;
}

/**
 * The bytes behind byte-level tokens' characters: printable bytes stand for themselves, the others
 * follow from 256.
 */
function byteLevelAlphabet(): Map<string, number> {
  const alphabet = new Map<string, number>();
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    alphabet.set(String.fromCodePoint(printable ? byte : next++), byte);
  }
  return alphabet;
}

const alphabet = byteLevelAlphabet();

/**
 * A byte-level token as text; bytes that do not form whole characters are written in hexadecimal.
 */
function byteLevelText(token: string): string {
  const bytes = Uint8Array.from(token, (character) => alphabet.get(character) ?? 0x3f);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const hex = (byte: number) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
    return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : hex(byte))).join("");
  }
}

function usesByteLevel(decoder: unknown): boolean {
  const { type, decoders } = (decoder ?? {}) as { type?: string; decoders?: unknown[] };
  return type === "ByteLevel" || (type === "Sequence" && (decoders ?? []).some(usesByteLevel));
}

/** In `config.json` an id may be a number or a list. */
const idsIn = (value: unknown): number[] => [value].flat().filter((id): id is number => Number.isInteger(id));

async function readOptional(folder: ModelFolder, name: string): Promise<Record<string, unknown>> {
  const file = await folder.open(name);
  return file ? readJsonObject(file) : {};
}

/** tokenizer_config.json, and of special_tokens_map.json the tokens that it does not name. */
async function readSettings(folder: ModelFolder): Promise<Record<string, unknown>> {
  const settings = await readOptional(folder, "tokenizer_config.json");
  const map = await readOptional(folder, "special_tokens_map.json");
  const named = Object.entries(map).filter(([key, value]) => /_token$/.test(key) && contentOf(value) !== null);
  const missing = named.filter(([key]) => contentOf(settings[key]) === null);
  return { ...settings, ...Object.fromEntries(missing) };
}

/**
 * Opens `tokenizer.json`, with `tokenizer_config.json`, `special_tokens_map.json`, `config.json`
 * and `generation_config.json` for the special tokens where they are there.
 * @throws Error when `tokenizer.json` is missing, malformed, of a kind the library does not know,
 * or has an expression that may never end.
 */
export async function openTokenizer(folder: ModelFolder): Promise<Tokenizer> {
  const file = await folder.open("tokenizer.json");
  if (!file) {
    throw new Error(
      `${folder.source} has no tokenizer.json. Save the tokenizer in the fast format and add the file to the folder.`,
    );
  }
  const settings = await readSettings(folder);
  const json = withClassProcessor(checkedTokenizer(await readJsonObject(file), folder.source), settings);
  const config = await readOptional(folder, "config.json");
  const generation = await readOptional(folder, "generation_config.json");
  let library: LibraryTokenizer;
  try {
    library = new LibraryTokenizer(json, settings);
  } catch (error) {
    throw new Error(`tokenizer.json of ${folder.source} cannot be used: ${(error as Error).message}.`);
  }
  const problem = await expressionProblem(library);
  if (problem !== null) {
    throw new Error(
      `tokenizer.json of ${folder.source} cannot be used: ${problem}. Take it from those who made the model.`,
    );
  }

  let size = 0;
  for (const tokenId of library.get_vocab().values()) {
    size = Math.max(size, tokenId + 1);
  }
  // What lies beyond every token can never be met; -1 is how some write none.
  const beyond = Math.max(size, Number.isInteger(config.vocab_size) ? (config.vocab_size as number) : 0);
  const knownIds = (value: unknown) => idsIn(value).filter((id) => id >= 0 && id < beyond);
  const named = (key: "bos" | "eos" | "pad"): number | null => {
    const content = contentOf(settings[`${key}_token`]);
    const id = content === null ? undefined : library.token_to_id(content);
    return id ?? knownIds(config[`${key}_token_id`])[0] ?? null;
  };
  const specialIds = new Set<number>();
  for (const [id, token] of library.get_added_tokens_decoder()) {
    if (token.special) {
      specialIds.add(id);
    }
  }
  const processed = (first: string[], second: string[] | null, specialTokens: boolean) =>
    library.post_processor
      ? library.post_processor(first, second, specialTokens)
      : { tokens: second ? first.concat(second) : first };
  const process = (...given: Parameters<typeof processed>): string[] => processed(...given).tokens;
  const inputs = settings.model_input_names;
  // RoBERTa's processor is of type 0 throughout, whatever the library says.
  const { type: processor } = (json.post_processor ?? {}) as { type?: string };
  const givesTypes = processor !== "RobertaProcessing" && (!Array.isArray(inputs) || inputs.includes("token_type_ids"));
  const split = (text: string): string[] => {
    if (text.length > LONGEST_TEXT) {
      throw new Error(
        `A text of ${text.length} characters is too long to be cut into tokens; it may have ${LONGEST_TEXT}.`,
      );
    }
    return library.tokenize(text, { add_special_tokens: false });
  };
  const id = (token: string): number => {
    const found = library.token_to_id(token) ?? library.model?.unk_token_id;
    if (found === undefined) {
      throw new Error(`tokenizer.json of ${folder.source} makes the token "${token}" but gives it no id.`);
    }
    return found;
  };

  const piece = (token: string, own: number): TokenPiece => {
    const special = specialIds.has(own);
    const readable = special ? token : byteLevel ? byteLevelText(token) : token.replaceAll("▁", " ");
    return { id: own, text: readable, special };
  };

  // As transformers splits words with `add_prefix_space`: each by itself, with the space that
  // comes before a word.
  const wordPrefix = /^[▁Ġ]/.test(split("a")[0] ?? "") ? "" : " ";
  const splitWord = (word: string): string[] => (word === "" ? [] : split(`${wordPrefix}${word}`));

  const marker = "text";
  const framed = process([marker], null, true);
  const leadingSpecials = framed.indexOf(marker);
  const trailingSpecials = framed.length - 1 - leadingSpecials;
  const byteLevel = usesByteLevel(json.decoder);

  const roles = new Map<number, string[]>();
  const addRole = (token: number | null, role: string) => {
    if (token !== null) roles.set(token, [...(roles.get(token) ?? []), role]);
  };
  addRole(named("bos"), "beginning of text");
  addRole(named("eos"), "end of text");
  addRole(named("pad"), "padding");
  for (const key of ["cls", "sep", "mask", "unk"] as const) {
    const role = { cls: "classification", sep: "separator", mask: "mask", unk: "unknown" }[key];
    const content = contentOf(settings[`${key}_token`]);
    addRole(content === null ? null : (library.token_to_id(content) ?? null), role);
  }
  for (const token of framed.slice(0, leadingSpecials)) addRole(id(token), "begins every text");
  for (const token of framed.slice(leadingSpecials + 1)) addRole(id(token), "ends every text");
  const specialTokens = [...roles]
    .map(([token, said]) => ({ id: token, text: library.id_to_token(token) ?? "", roles: said }))
    .sort((a, b) => a.id - b.id);

  return {
    size,
    specialTokens,
    bosId: named("bos"),
    eosId: named("eos"),
    endIds: [...new Set([...idsIn(named("eos")), ...knownIds(generation.eos_token_id ?? config.eos_token_id)])],
    eosText: library.id_to_token(named("eos") ?? -1) ?? "",
    chatTemplate: await openChatTemplate(folder, settings),
    padId: named("pad"),
    unknownId: library.model?.unk_token_id ?? null,
    specialIds,
    wordPrefix,
    leadingSpecials,
    trailingSpecials,
    encode(text, pair = null, { specialTokens = true } = {}) {
      return process(split(text), pair === null ? null : split(pair), specialTokens).map(id);
    },
    encodePair(text, pair) {
      const [first, second] = [split(text), split(pair)];
      const { tokens, token_type_ids: typed = [] } = processed(first, second, true);
      // Where no special tokens are added the library tells no types.
      const types = framed.length > 1 ? typed : tokens.map((_, place) => (place < first.length ? 0 : 1));
      return { ids: tokens.map(id), types: givesTypes ? types : null };
    },
    encodeWords(words) {
      const tokens = words.map(splitWord);
      const wordOf = tokens.flatMap((own, word) => own.map((): number | null => word));
      wordOf.unshift(...Array<null>(leadingSpecials).fill(null));
      wordOf.push(...Array<null>(trailingSpecials).fill(null));
      return { ids: process(tokens.flat(), null, true).map(id), wordOf };
    },
    pieces: (text) => process(split(text), null, true).map((token) => piece(token, id(token))),
    piecesOf: (ids) => Array.from(ids, (own) => piece(library.id_to_token(own) ?? `<${own}>`, own)),
    decode(ids) {
      if (ids.length === 0) {
        return "";
      }
      const cleanUp = settings.clean_up_tokenization_spaces === true;
      return library.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: cleanUp });
    },
  };
}
