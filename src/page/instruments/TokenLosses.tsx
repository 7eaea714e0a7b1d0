/** The tokens of a row, each coloured by its loss; the numbers of one are read below. */

import { useState } from "react";
import { formatLoss } from "../numbers";
import { readable, signed } from "./reading";
import type { ScoredRows } from "./row-scores/columns";
import { TokenStrip } from "./TokenStrip";

export function TokenLosses({ found, place }: { found: ScoredRows; place: number }) {
  const { scores, other, names } = found;
  const [chosen, setChosen] = useState(0);
  const { labels } = scores;
  if (!labels) return null;
  const [from, upTo] = [labels.offsets[place]!, labels.offsets[place + 1]!];
  if (upTo === from) return null;
  const tokens = Array.from({ length: upTo - from }, (_, index) => from + index);
  const active = Math.min(chosen, tokens.length - 1);
  const at = tokens[active]!;
  const textOf = (token: number) => readable(names.get(labels.labels[token]!) ?? "");
  const compared = other?.labels;
  return (
    <>
      <TokenStrip
        label="Tokens by loss"
        tokens={tokens.map((token) => ({
          text: textOf(token),
          said: `loss ${formatLoss(labels.losses[token])}`,
          size: labels.losses[token]!,
          against: true,
        }))}
        active={active}
        onChoose={setChosen}
      />
      <output className="token-read">
        <strong>{textOf(at)}</strong> loss {formatLoss(labels.losses[at])}, entropy {formatLoss(labels.entropies[at])},
        rank {labels.ranks[at]}
        {compared && (
          <>
            ; compared: loss {formatLoss(compared.losses[at])}, rank {compared.ranks[at]}, change of loss{" "}
            {signed(labels.losses[at]! - compared.losses[at]!)}
          </>
        )}
        .
      </output>
    </>
  );
}
