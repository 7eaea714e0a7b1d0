/** How texts were written for a run that learns to write, for the card of its download. */

import type { WritingFacts } from "../adapters/card/content";
import { workedExample } from "../answers/worked-example";
import { lastExchange } from "../data/chat";
import { asTemplate, fillTemplate } from "../data/templates";
import { messageOf } from "../errors/message-of";
import type { Run } from "../runs/run";
import type { OpenComparison } from "./open-comparison";
import type { StudioSession } from "./studio-session";

/** What is asked in the example. Nothing of the data: a card is published. */
const ASKED = "Name three colours.";
const CONVERSATION = [
  { role: "user", content: ASKED },
  { role: "assistant", content: "Red, green and blue." },
] as const;

type Rows = Pick<OpenComparison, "comparison" | "configuration" | "tables" | "trainExamples">;

/**
 * Null for tasks that do not write. The run must not train meanwhile: it is asked with its present
 * tensors.
 */
export async function writingFacts(
  { executor, model }: Pick<StudioSession, "executor" | "model">,
  { comparison, configuration, tables, trainExamples }: Rows,
  run: Run,
): Promise<WritingFacts | null> {
  if (comparison.task.head !== "vocabulary") return null;
  const { tokenizer } = model;
  const { prompt, system } = configuration.data.columns;
  const text = asTemplate(prompt ?? "", tables.train.columns);
  const chat = trainExamples.some((rows) => rows.some(({ messages }) => messages !== undefined));
  const example = async () => {
    const asked = chat ? lastExchange(CONVERSATION, tokenizer).prompt : fillTemplate(text, () => ASKED) || ASKED;
    const dropped = comparison.dropsLeadingToken(run.setup.name) ? 1 : 0;
    return workedExample(executor, model, run, { prompt: asked, dropped });
  };
  return {
    template: chat ? { kind: tokenizer.chatTemplate ? "chat" : "headings" } : { kind: "prompt", text },
    system: (chat && system) || null,
    ends: tokenizer.piecesOf(tokenizer.endIds).map(({ id, text: written }) => ({ id, text: written })),
    // A download is never lost for want of an example.
    example: await example().catch((error: unknown) => ({ without: `There is none: ${messageOf(error)}` })),
  };
}
