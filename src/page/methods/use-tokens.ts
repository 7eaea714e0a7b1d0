/** Tokens of a text that is being typed, as the open model reads it. */

import { useEffect, useState } from "react";
import { messageOf, useStudio } from "../store/store";

/** How long after the last change, in milliseconds. */
const DELAY = 150;

/** `ask` is called a little after `text`, or the open model, was last changed; it must depend on nothing else. */
export function useTokens<Token>(
  text: string,
  ask: () => Promise<Token[]>,
): { tokens: Token[] | null; error: string | null } {
  const source = useStudio((state) => state.model.summary?.source);
  const [read, setRead] = useState<{ tokens: Token[] | null; error: string | null }>({ tokens: null, error: null });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `text` stands for what `ask` asks
  useEffect(() => {
    let current = true;
    if (!source) return;
    const timer = setTimeout(() => {
      ask().then(
        (tokens) => current && setRead({ tokens, error: null }),
        (error) => current && setRead({ tokens: null, error: messageOf(error) }),
      );
    }, DELAY);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, source]);
  return read;
}
