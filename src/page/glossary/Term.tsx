/** A dotted word: pressed, it says in one sentence what it means. For mouse, keys and touch. */

import { Popover } from "radix-ui";
import type { ReactNode } from "react";
import { sentenceOf, splitByTerms, type TermId, terms } from "./terms";
import "./Term.css";

export function Term({ of, children }: { of: TermId; children: ReactNode }) {
  return (
    <Popover.Root>
      <Popover.Trigger type="button" className="term">
        {children}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="popover term-meaning"
          side="top"
          sideOffset={4}
          collisionPadding={8}
          aria-label={terms[of].word}
        >
          <p>
            <strong>{terms[of].word}</strong>: {sentenceOf(of)}
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** A text whose words of the glossary are dotted where they stand first. */
export function Explained({ children }: { children: string }) {
  let place = 0;
  return splitByTerms(children).map(({ text, term }) => {
    const key = place;
    place += text.length;
    return term === null ? (
      text
    ) : (
      <Term key={key} of={term}>
        {text}
      </Term>
    );
  });
}
