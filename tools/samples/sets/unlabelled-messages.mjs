/**
 * Messages to a shop without a label, of the kind that `customer-messages.csv` has with one: for
 * labelling, and for learning from texts alone. Written by hand with gaps; none of them is a row of
 * the labelled set.
 */

import { lastNames, places } from "../names.mjs";
import { capitalise, Draw, distinct, fillSlots, readLines } from "../text.mjs";

/** Times that a message is used at most, with other words in its gaps. */
const USES = 11;

export const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const THINGS =
  `armchair,blender,camera,carpet,clock,coffee machine,desk,drill,fan,garden hose,grill,hammock,headset,heater,jacket,
kettle,ladder,lamp,lawnmower,mattress,microscope,mirror,mixer,monitor,printer,pushchair,radio,razor,rucksack,scooter,sewing machine,
shelf,sofa,speaker,suitcase,tablet,tent,toaster,typewriter,umbrella,vacuum cleaner,vase,violin,watch,wheelbarrow`.split(
    /,\s*/,
  );
const GREETINGS = ["Hello, ", "Good morning, ", "Hi there, ", "Dear all, "];
const FAREWELLS = [
  " Thanks in advance.",
  " Please advise.",
  " Kind regards.",
  " I am a patient person, up to a point.",
];

export const unlabelledMessages = {
  file: "unlabelled-messages.csv",
  title: "Messages without labels",
  description:
    "Messages to a shop and nothing else: to be continued, or to be labelled by a run that learned from Customer messages.",
  task: "causal-lm",
  rows() {
    const draw = new Draw("unlabelled messages");
    const rows = readLines("unlabelled-messages").flatMap((line) =>
      Array.from({ length: line.includes("{") ? USES : 1 }, () => {
        const city = draw.pick(places);
        const chosen = {
          thing: draw.pick(THINGS),
          day: draw.pick(DAYS),
          name: draw.pick(lastNames),
          amount: `${5 + draw.below(90)} pounds`,
          city,
          city2: draw.pick(places.filter((other) => other !== city)),
        };
        return { text: dressed(draw, capitalise(fillSlots(line, (slot) => chosen[slot]))) };
      }),
    );
    return draw.shuffle(distinct(rows, ({ text }) => text));
  },
};

/** "4F-20817" */
export function orderNumber(draw) {
  return `${1 + draw.below(9)}${draw.pick([..."ABDEFHKM"])}-${10000 + draw.below(90000)}`;
}

/** With a greeting or a farewell, now and then. */
function dressed(draw, text) {
  const kind = draw.below(10);
  if (kind < 2)
    return `${draw.pick(GREETINGS)}${/^(I|Mr|Mrs)\b/.test(text) ? text : text[0].toLowerCase() + text.slice(1)}`;
  return kind < 4 ? text + draw.pick(FAREWELLS) : text;
}
