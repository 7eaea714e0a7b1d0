/** A transformer block in outline; the part a method trains is lit. */

import type { MethodDescription } from "../../worker/api";

type Site = MethodDescription["site"];

const names: Record<Site, string> = {
  head: "only the head after the last block",
  input: "rows before the input embeddings",
  "key/value": "keys and values in every attention",
  linear: "a change beside the linear layers",
  norm: "the norms of every block",
  block: "a module inside every block",
};

export function BlockDrawing({ site }: { site: Site }) {
  const lit = (...sites: Site[]) => sites.includes(site);
  return (
    <svg className="block-drawing" viewBox="0 0 208 232" role="img" aria-label={`Trained: ${names[site]}.`}>
      <path className="wire" d="M112 216V8" />
      <Part x={66} y={10} width={92} label="head" lit />
      <rect className="block-frame" x={44} y={44} width={136} height={138} rx={6} />
      <text className="aside" x={204} y={60}>
        × L
      </text>
      {lit("norm", "block") && <Part x={82} y={50} width={60} height={10} lit />}
      <Part x={58} y={66} width={108} label="feed-forward" lit={lit("linear")} />
      {lit("norm", "block") && <Part x={82} y={94} width={60} height={10} lit />}
      <Part x={58} y={110} width={108} label="attention" />
      <Part x={58} y={150} width={32} label="Q" lit={lit("linear")} />
      <Part x={96} y={150} width={32} label="K" lit={lit("linear", "key/value")} />
      <Part x={134} y={150} width={32} label="V" lit={lit("linear", "key/value")} />
      <Part x={58} y={198} width={108} label="embeddings" />
      {lit("input") && <Part x={0} y={198} width={54} label="+ rows" lit />}
    </svg>
  );
}

interface PartProps {
  x: number;
  y: number;
  width: number;
  height?: number;
  label?: string;
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
