/** What a method is: what it trains, where, what it costs, when it fails, and its paper. */

import { ExternalLink } from "lucide-react";
import type { MethodDescription } from "../../worker/api";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { BlockDrawing } from "./BlockDrawing";
import "./MethodCard.css";

/** @param run draws what this run of it changes; default: all that the method may change */
export function MethodCard({ method, run }: { method: MethodDescription; run?: DraftRun }) {
  const { card } = method;
  const trained = useStudio((state) => (run && estimateOf(state.methods, run)?.parts) ?? undefined);
  const layers = useStudio((state) => (run ? state.model.summary?.layers : undefined));
  const rows = [
    ["Trains", card.trains],
    ["Attaches", card.attaches],
    ["Costs", card.costs],
    ["Fails when", card.fails],
    ...(card.equals === undefined ? [] : [["Equal to", card.equals] as const]),
  ] as const;
  return (
    <div className="method-card">
      <BlockDrawing trained={trained} site={method.site} layers={layers} />
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
