/** What a method is: what it trains, where, what it costs, when it fails, and its paper. */

import { ExternalLink } from "lucide-react";
import type { MethodDescription } from "../../worker/api";
import { BlockDrawing } from "./BlockDrawing";
import "./MethodCard.css";

export function MethodCard({ method }: { method: MethodDescription }) {
  const { card } = method;
  const rows = [
    ["Trains", card.trains],
    ["Attaches", card.attaches],
    ["Costs", card.costs],
    ["Fails when", card.fails],
    ...(card.equals === undefined ? [] : [["Equal to", card.equals] as const]),
  ] as const;
  return (
    <div className="method-card">
      <BlockDrawing site={method.site} />
      <dl className="method-facts">
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
        {card.paper && (
          <div>
            <dt>Paper</dt>
            <dd>
              <a href={card.paper.url} target="_blank" rel="noreferrer">
                {card.paper.title} <ExternalLink size={13} aria-label="(opens a new tab)" />
              </a>
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}
