/** Tokens of a text that is being typed, as the open model reads it. */

import { type Question, useAnswer } from "../asking";
import { useStudio } from "../store/store";

/** How long after the last change, in milliseconds. */
const DELAY = 150;

/**
 * `question` is asked a little after `text`, or the open model, was last changed; it must depend on
 * nothing else.
 */
export function useTokens<Token>(
  text: string,
  question: Question<Token[]>,
): { tokens: Token[] | null; error: string | null } {
  const source = useStudio((state) => state.model.summary?.source);
  const { answer: tokens, error } = useAnswer(source ? question : null, [text, source], DELAY);
  return { tokens, error };
}
