/**
 * The tokens of a text, each coloured by a number; one is chosen by pointer, focus or arrow keys.
 */

import type { KeyboardEvent } from "react";
import "./TokenStrip.css";

/** Of the strongest token's colour; the words on it stay readable. */
export const STRONGEST = 55;

export interface StripToken {
  readonly text: string;
  /** What is said of it, after its text. */
  readonly said: string;
  /** Its colour is as strong as this is large. */
  readonly size: number;
  readonly against?: boolean;
  readonly special?: boolean;
}

interface TokenStripProps {
  label: string;
  tokens: readonly StripToken[];
  /** The place of the one whose number is read below. */
  active: number;
  onChoose: (place: number) => void;
}

export function TokenStrip({ label, tokens, active, onChoose }: TokenStripProps) {
  const largest = Math.max(...tokens.map(({ size }) => size));
  const move = (event: KeyboardEvent<HTMLElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(tokens.length - 1, active + step));
    onChoose(next);
    (event.currentTarget.children[next] as HTMLElement | undefined)?.focus();
  };
  return (
    <div className="token-strip" role="toolbar" aria-label={label} onKeyDown={move}>
      {tokens.map(({ text, said, size, against, special }, place) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: a token of a text has no other name than its place
          key={place}
          type="button"
          tabIndex={place === active ? 0 : -1}
          className={`sized-token${against ? " sized-token-against" : ""}${special ? " sized-token-special" : ""}`}
          style={{ "--strength": `${largest > 0 ? (STRONGEST * size) / largest : 0}%` } as object}
          aria-label={`${text}: ${said}`}
          aria-pressed={place === active}
          onMouseEnter={() => onChoose(place)}
          onFocus={() => onChoose(place)}
          onClick={() => onChoose(place)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
