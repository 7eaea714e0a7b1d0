/**
 * Attention to the virtual tokens: how much of a text's attention goes to what a method puts beside
 * it, by layer and head. Read from the layers' own probabilities, which any Program gives
 * (`BuiltModel.attentions`). Attention says where a token looks, not what that does to the answer.
 */

import * as z from "zod";
import type { LayerAttention, RunPooling } from "../models/family";
import { attentionProbabilities } from "../operations/attention";
import { askedRow, askedSchema, type ReadToken, readTokens } from "./asked";
import type { Instrument, MeasuredRun } from "./instrument";
import { compute, type OneRow, withOneRow } from "./one-row";

/** Whose attention is shown for every layer: where the head reads, or the mean of all tokens. */
export type AttentionReader = "last token" | "first token" | "first virtual token" | "mean of tokens";

export interface VirtualAttention {
  readonly tokens: readonly ReadToken[];
  /** The words that the virtual tokens were made of; null where they are of none. */
  readonly virtual: readonly (ReadToken | null)[];
  readonly reader: AttentionReader;
  /** Of each layer that sees virtual tokens the reader's share for each, mean over heads. */
  readonly layers: readonly { readonly layer: number; readonly shares: readonly number[] }[];
  readonly heads: number;
  /** The layer and head of `shares`; null: the mean over its heads. */
  readonly layer: number;
  readonly head: number | null;
  /** What each token of the text gives to each virtual token, of 1 that it gives to all it sees. */
  readonly shares: readonly (readonly number[])[];
  /** Whether attention to the virtual tokens is apart: their shares are of 1 among themselves. */
  readonly apart: boolean;
}

const inputSchema = z.strictObject({
  asked: askedSchema,
  /** From 0; null: the last one that sees virtual tokens. */
  layer: z.int().min(0).nullable(),
  /** From 0; null: the mean over all. */
  head: z.int().min(0).nullable(),
});

type Input = z.infer<typeof inputSchema>;

export const virtualAttention: Instrument<Input, VirtualAttention> = {
  title: "Who looks at the virtual tokens?",
  summary: "How much of the text's attention goes to the tokens that this run puts beside it.",
  input: inputSchema,
  refusal({ comparison, name }) {
    const run = comparison.run(name);
    if (run.virtualTokens > 0) return null;
    return `${run.setup.method.title} puts no virtual tokens beside the text, so there are none to look at.`;
  },
  measure(run, { asked, layer, head }) {
    const { row } = askedRow(run, asked);
    return run.comparison.hold(run.name, (held, feed) =>
      withOneRow(run, held, feed, row, (one) => {
        const { pooling, task, context } = held.tunedSetup;
        const read = task.head === "own" && !task.labels.perToken ? pooling : null;
        return look(run, one, { pooling: read, textIds: context.textIds }, { layer, head });
      }),
    );
  },
};

/** Where the virtual tokens and the text's own are among the keys and the rows of a layer. */
interface Places {
  /** Keys of the prefix, virtual tokens before the text, its own, and virtual tokens after it. */
  readonly prefix: number;
  readonly before: number;
  readonly own: number;
  readonly after: number;
}

async function look(
  run: MeasuredRun,
  { row, tuned, bind }: OneRow,
  { pooling, textIds }: { pooling: RunPooling | null; textIds: readonly number[] },
  { layer: askedLayer, head }: Pick<Input, "layer" | "head">,
): Promise<VirtualAttention> {
  const { program, built, states, idsAfter } = tuned;
  const sites = built.attentions;
  const prefix = Math.max(...sites.map((site) => prefixOf(site)));
  const places = { prefix, before: states.virtualTokens, own: row.ids.length, after: states.suffix };
  const seeing = [...sites.keys()].filter((layer) => prefixOf(sites[layer]!) + places.before + places.after > 0);
  const layer = askedLayer ?? seeing.at(-1)!;
  if (!seeing.includes(layer))
    throw new Error(`Layer ${layer} sees no virtual tokens; these do: ${seeing.join(", ")}.`);
  const { heads } = run.model.config;
  if (head !== null && head >= heads) throw new Error(`There is no head ${head}: there are ${heads}, from 0.`);
  const siteOf = ({ own, added }: LayerAttention) => added ?? own;
  const means = seeing.map((one) =>
    attentionProbabilities(program, `mean attention ${one}`, siteOf(sites[one]!), "mean of heads"),
  );
  const each =
    head === null ? null : attentionProbabilities(program, "attention by head", siteOf(sites[layer]!), "each head");
  const outputs = each ? [...means, each] : means;
  const values = await compute(run.executor, { tuned, bind }, outputs);
  const shared = (computed: Float32Array, site: LayerAttention, first: number) => {
    const keys = siteOf(site).keys.shape[0]!;
    const columns = columnsOf(site, places);
    return (query: number) => columns.map((column) => (column === null ? 0 : computed[first + query * keys + column]!));
  };
  const rows = Array.from({ length: places.own }, (_, token) => places.before + token);
  const [reader, reading] = readerOf(pooling, places, rows);
  const layers = seeing.map((one, index) => {
    const of = shared(values[index]!, sites[one]!, 0);
    return { layer: one, shares: meanRow(reading.map(of)) };
  });
  const site = siteOf(sites[layer]!);
  const cells = site.queries.shape[0]! * site.keys.shape[0]!;
  const shown = each
    ? shared(values.at(-1)!, sites[layer]!, head! * cells)
    : shared(values[seeing.indexOf(layer)]!, sites[layer]!, 0);
  const count = places.prefix + places.before + places.after;
  const words = [...textIds, ...idsAfter];
  return {
    tokens: readTokens(run, row.ids),
    // A text of another length is not word for word what the tokens are made of.
    virtual: words.length === count ? readTokens(run, words) : Array<null>(count).fill(null),
    ...{ reader, layers, heads, layer, head },
    shares: rows.map(shown),
    apart: sites[layer]!.added !== undefined,
  };
}

const prefixOf = ({ prefixed, added }: LayerAttention) => added?.keys.shape[0] ?? prefixed;

/** Of every virtual token its key in a layer; null where the layer has none of that prefix. */
function columnsOf(site: LayerAttention, { prefix, before, own, after }: Places): (number | null)[] {
  const count = (length: number, first: number | null) =>
    Array.from({ length }, (_, index) => (first === null ? null : first + index));
  const there = prefixOf(site) > 0;
  // Beside the input the prefix alone is seen.
  if (site.added) return [...count(prefix, 0), ...count(before + after, null)];
  const start = there ? prefix : 0;
  return [...count(prefix, there ? 0 : null), ...count(before, start), ...count(after, start + before + own)];
}

/** Whose attention stands for the text's, and its rows. */
function readerOf(
  pooling: RunPooling | null,
  { before, own, after }: Places,
  rows: readonly number[],
): [AttentionReader, readonly number[]] {
  switch (pooling) {
    case "last":
      return ["last token", [before + own + after - 1]];
    case "cls":
      return ["first token", [before]];
    case "first":
      return [before > 0 ? "first virtual token" : "first token", [0]];
    default:
      return ["mean of tokens", rows];
  }
}

function meanRow(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length);
}
