/**
 * The page of the libraries that run in a browser: `window.measure` trains the case with one of
 * them.
 */

import { CASE_FILES, type Case, type CaseFacts, readCase } from "../case";
import { type Library, measure, type Trainer } from "./trainer";

async function openCase(): Promise<Case> {
  const [facts, tensors] = await Promise.all([fetch(`/${CASE_FILES.facts}`), fetch(`/${CASE_FILES.tensors}`)]);
  return readCase((await facts.json()) as CaseFacts, new Uint8Array(await tensors.arrayBuffer()));
}

async function open(library: Library, backend: string, threads: number, given: Case): Promise<Trainer> {
  // Each library by itself, so that neither takes memory or threads beside the other.
  if (library === "jax") return (await import("./jax")).openJax(given, backend as "wasm" | "webgpu");
  if (library === "studio") {
    return (await import("./studio")).openStudio(given, backend as "processor" | "webgpu", threads);
  }
  return (await import("./tensorflow")).openTensorFlow(given, backend, threads);
}

window.measure = async (library, backend, threads, steps) => {
  const given = await openCase();
  return measure(await open(library, backend, threads, given), backend, given, steps);
};
