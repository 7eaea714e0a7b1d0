/**
 * Conversations of a customer with a shop, two questions each: written by hand with gaps for
 * numbers, days and cities.
 */

import { places } from "../names.mjs";
import { choicesOf, choose, Draw, distinct, fillSlots, readBlocks } from "../text.mjs";
import { DAYS, orderNumber } from "./unlabelled-messages.mjs";

/** Times that a conversation is used at most, with other words in its gaps. */
const USES = 12;
const SPEAKERS = { C: "user", S: "assistant" };

export const conversations = {
  file: "conversations.jsonl",
  title: "Conversations",
  description: "A customer and a shop, two questions and two answers: what should the shop say?",
  task: "causal-lm",
  rows() {
    const draw = new Draw("conversations");
    const rows = readBlocks("conversations").flatMap((lines) =>
      Array.from({ length: USES }, (_, use) => {
        const whole = choose(lines.join("\n"), use % choicesOf(lines.join("\n")));
        const chosen = {
          number: orderNumber(draw),
          day: draw.pick(DAYS),
          city: draw.pick(places),
          few: draw.pick(FEW),
          amount: 5 * (2 + draw.below(12)),
        };
        return {
          messages: fillSlots(whole, (slot) => chosen[slot])
            .split("\n")
            .map(asMessage),
        };
      }),
    );
    return draw.shuffle(distinct(rows, ({ messages }) => JSON.stringify(messages)));
  },
};

const FEW = ["two", "three", "four", "five", "six"];

function asMessage(line) {
  return { role: SPEAKERS[line[0]], content: line.slice(2) };
}
