/** A transformer block in outline; the part a method trains is lit. */

import type { MethodDescription } from "../../worker/api";

type Site = MethodDescription["site"];

const names: Record<Site, string> = {
  head: "the head behind the last block",
  input: "rows in front of the input embeddings",
  "key/value": "keys and values in every attention",
  linear: "a change beside the linear layers",
  block: "a module inside every block",
};

export function BlockDrawing({ site }: { site: Site }) {
  const part = (...sites: Site[]) => (sites.includes(site) ? "part part-lit" : "part");
  return (
    <svg className="block-drawing" viewBox="0 0 168 200" role="img" aria-label={`Trained: ${names[site]}.`}>
      <path className="wire" d="M84 190V8" />
      <rect className={part()} x="44" y="172" width="80" height="18" rx="3" />
      <text x="84" y="185">
        embeddings
      </text>
      {site === "input" && (
        <>
          <rect className="part part-lit" x="10" y="172" width="28" height="18" rx="3" />
          <text x="24" y="185" className="lit">
            + T
          </text>
        </>
      )}
      <rect className="block-frame" x="26" y="46" width="116" height="114" rx="6" />
      <text x="132" y="58" className="aside" textAnchor="end">
        × L
      </text>
      <rect className={part("linear")} x="46" y="134" width="24" height="16" rx="3" />
      <rect className={part("key/value", "linear")} x="72" y="134" width="24" height="16" rx="3" />
      <rect className={part("key/value", "linear")} x="98" y="134" width="24" height="16" rx="3" />
      <text x="58" y="146">
        Q
      </text>
      <text x="84" y="146">
        K
      </text>
      <text x="110" y="146">
        V
      </text>
      <rect className={part()} x="46" y="110" width="76" height="18" rx="3" />
      <text x="84" y="123">
        attention
      </text>
      {site === "block" && <rect className="part part-lit" x="62" y="98" width="44" height="8" rx="3" />}
      <rect className={part("linear")} x="46" y="76" width="76" height="18" rx="3" />
      <text x="84" y="89">
        feed-forward
      </text>
      {site === "block" && <rect className="part part-lit" x="62" y="64" width="44" height="8" rx="3" />}
      <rect className="part part-lit" x="58" y="16" width="52" height="18" rx="3" />
      <text x="84" y="29" className="lit">
        head
      </text>
    </svg>
  );
}
