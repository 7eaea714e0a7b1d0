/** A transformer model in outline; the parts that a run changes are lit. */

import type { MethodDescription, ModelPart, TrainedParts } from "../../worker/api";
import "./BlockDrawing.css";

type Site = MethodDescription["site"];

/** Of a method without a run: what it may change, whatever is chosen. */
const partsOfSite: Record<Site, readonly ModelPart[]> = {
  head: [],
  input: ["prompt"],
  "key/value": ["prefix"],
  linear: ["queries", "keys", "values", "attention output", "feed-forward"],
  norm: ["norm"],
  block: ["module"],
};

const words: Record<ModelPart, string> = {
  prompt: "virtual tokens before the text",
  embeddings: "the word embeddings",
  norm: "the norms",
  queries: "queries",
  keys: "keys",
  values: "values",
  prefix: "keys and values before the text's",
  "attention output": "the attention's output",
  module: "small modules",
  "feed-forward": "the feed-forward layers",
  head: "the head",
};

/** More blocks than this are not drawn one by one. */
const MOST_TICKS = 16;

interface BlockDrawingProps {
  /** Of a run; null: not known yet. Default: all that the method may change. */
  trained?: TrainedParts | null | undefined;
  site: Site;
  /** Of the open model; without it no block is singled out. */
  layers?: number | undefined;
  /** Without words, for a card. */
  small?: boolean;
}

export function BlockDrawing({ trained, site, layers, small = false }: BlockDrawingProps) {
  const parts: readonly ModelPart[] = trained === null ? [] : (trained?.parts ?? [...partsOfSite[site], "head"]);
  const lit = (...some: ModelPart[]) => some.some((part) => parts.includes(part));
  const said =
    trained === null
      ? "What it trains is drawn once data and a base model are open."
      : trainedInWords(parts, trained, layers);
  const label = (text: string) => (small ? undefined : text);
  return (
    <svg
      className={small ? "block-drawing block-drawing-small" : "block-drawing"}
      viewBox="0 0 208 232"
      role="img"
      aria-label={said}
    >
      <title>{said}</title>
      <path className="wire" d="M112 216V8" />
      <Part x={66} y={8} width={92} label={label("head")} lit={lit("head")} />
      <rect className="block-frame" x={44} y={42} width={136} height={144} rx={6} />
      {!small && (
        <text className="aside" x={204} y={38}>
          × {layers ?? "L"}
        </text>
      )}
      {layers !== undefined && <Ticks layers={layers} blocks={trained?.blocks ?? null} />}
      {lit("module") && <Part x={148} y={48} width={26} height={34} lit />}
      <Part x={52} y={48} width={92} height={34} label={label("feed-forward")} lit={lit("feed-forward")} />
      <Part x={82} y={88} width={60} height={8} lit={lit("norm")} />
      {lit("module") && <Part x={148} y={102} width={26} height={40} lit />}
      <Part x={52} y={102} width={92} height={16} label={label("out")} lit={lit("attention output")} />
      <Part x={52} y={122} width={92} height={20} label={label("attention")} />
      {lit("prefix") && <Part x={2} y={150} width={38} label={label("K V")} lit />}
      <Part x={52} y={150} width={36} label={label("Q")} lit={lit("queries")} />
      <Part x={94} y={150} width={36} label={label("K")} lit={lit("keys")} />
      <Part x={136} y={150} width={36} label={label("V")} lit={lit("values")} />
      <Part x={82} y={175} width={60} height={8} lit={lit("norm")} />
      <Part x={58} y={200} width={108} label={label("embeddings")} lit={lit("embeddings")} />
      {lit("prompt") && <Part x={2} y={200} width={52} label={label("+ rows")} lit />}
    </svg>
  );
}

function trainedInWords(
  parts: readonly ModelPart[],
  trained: TrainedParts | undefined,
  layers: number | undefined,
): string {
  if (parts.length === 0) return "Trained: nothing.";
  const own = parts.filter((part) => part !== "head").map((part) => words[part]);
  const blocks = trained?.blocks.length ?? 0;
  const where =
    trained === undefined || layers === undefined || blocks === 0
      ? ""
      : blocks === layers
        ? " in every block"
        : ` in ${blocks} of ${layers} blocks`;
  const said = [
    ...(own.length > 0 ? [`${own.join(", ")}${where}`] : []),
    ...(parts.includes("head") ? ["the head"] : []),
  ];
  return `Trained: ${said.join("; and ")}.`;
}

/** A mark for every block at the right edge, from the bottom up. */
function Ticks({ layers, blocks }: { layers: number; blocks: readonly number[] | null }) {
  const shown = Math.min(layers, MOST_TICKS);
  const step = 140 / shown;
  return Array.from({ length: shown }, (_, tick) => {
    const first = Math.floor((tick * layers) / shown);
    const next = Math.floor(((tick + 1) * layers) / shown);
    const lit = blocks?.some((block) => block >= first && block < next) ?? false;
    return (
      <rect
        // biome-ignore lint/suspicious/noArrayIndexKey: a mark's place is all that it is
        key={tick}
        className={lit ? "part part-lit" : "part"}
        x={188}
        y={184 - (tick + 1) * step + 1}
        width={10}
        height={step - 2}
        rx={2}
      />
    );
  });
}

interface PartProps {
  x: number;
  y: number;
  width: number;
  height?: number;
  label?: string | undefined;
  lit?: boolean;
}

function Part({ x, y, width, height = 22, label, lit = false }: PartProps) {
  return (
    <>
      <rect className={lit ? "part part-lit" : "part"} x={x} y={y} width={width} height={height} rx={4} />
      {label && (
        <text className={lit ? "lit" : undefined} x={x + width / 2} y={y + height / 2 + 5}>
          {label}
        </text>
      )}
    </>
  );
}
