/**
 * Asking the worker from a component: the question, the wait for it, and its error, in one place.
 * For questions; what changes something goes by an action (`actions/`), whose wait and error may be
 * shown with these, too.
 */

import { useCallback, useEffect, useRef, useState } from "react";
import { messageOf } from "../errors/message-of";
import type { RemoteStudio } from "../worker/api";
import { studio } from "./worker";

/** Something that is asked of the worker; what it rejects with is the error that is shown. */
export type Question<T> = (studio: RemoteStudio) => Promise<T>;

interface Answered<T> {
  /** Null before there is one. */
  answer: T | null;
  error: string | null;
}

interface Asking<T> extends Answered<T> {
  waiting: boolean;
  /** The answer before stays until there is another; an error goes at once. */
  ask: (question: Question<T>) => void;
  /** Closes the error. */
  dismiss: () => void;
}

/** For a question that is asked by a button or a file; of several only the last counts. */
export function useQuestion<T>(): Asking<T> {
  const [state, setState] = useState<Answered<T> & { waiting: boolean }>({ answer: null, error: null, waiting: false });
  const asked = useRef(0);
  const ask = useCallback(async (question: Question<T>) => {
    asked.current++;
    const mine = asked.current;
    setState(({ answer }) => ({ answer, error: null, waiting: true }));
    const { answer, error } = await settle(question);
    if (mine === asked.current) setState((before) => ({ answer: answer ?? before.answer, error, waiting: false }));
  }, []);
  const dismiss = useCallback(() => setState((before) => ({ ...before, error: null })), []);
  return { ...state, ask, dismiss };
}

/**
 * For a question that is asked by itself, whenever one of the things that it is `about` has
 * changed; null: not now. Answer and error stay until the next ones are there.
 * @param delay milliseconds after the last change
 */
export function useAnswer<T>(question: Question<T> | null, about: readonly unknown[], delay = 0): Answered<T> {
  const [state, setState] = useState<Answered<T>>({ answer: null, error: null });
  useEffect(() => {
    if (!question) return;
    let wanted = true;
    const timer = setTimeout(async () => {
      const settled = await settle(question);
      if (wanted) setState(settled);
    }, delay);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
    // biome-ignore lint/correctness/useExhaustiveDependencies: `about` says what the question depends on
  }, about);
  return state;
}

async function settle<T>(question: Question<T>): Promise<Answered<T>> {
  try {
    return { answer: await question(studio()), error: null };
  } catch (error) {
    return { answer: null, error: messageOf(error) };
  }
}
