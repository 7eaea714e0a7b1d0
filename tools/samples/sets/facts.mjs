/**
 * Facts about an invented town, to be learned by heart: a question, its short answer, and the same
 * question in other words, which tells whether what was learned is the fact or the sentence. No
 * model can know them.
 */

import { firstNames, lastNames } from "../names.mjs";
import { Draw, fillSlots } from "../text.mjs";

/**
 * Per kind of thing: its names, and what there is to know of each: question, rephrase, answers to
 * draw from.
 */
const KINDS = [
  {
    names: [
      "the Blue Anchor",
      "the Three Herons",
      "the Old Kiln",
      "the Drover's Rest",
      "the Lantern",
      "the White Hart",
      "the Cat and Barrel",
      "the Ferry House",
      "the Plough",
      "the Two Brewers",
      "the Green Man",
      "the Hop Pole",
    ],
    facts: [
      ["Who keeps {it}?", "What is the name of the landlord of {it}?", person],
      ["In which year was {it} built?", "When did they put up the house called {it}?", year],
      [
        "What dish is {it} known for?",
        "Which plate do people order at {it}?",
        from(
          "eel pie,onion soup,roast goose,barley stew,pickled herring,plum dumplings,mutton broth,hazelnut tart,smoked trout,bean hotpot,leek pudding,cheese on toast",
        ),
      ],
      [
        "What hangs above the bar of {it}?",
        "What do guests of {it} see over the counter?",
        from(
          "an oar,a pike in a glass case,a brass horn,a map of the marsh,two crossed sabres,a ship's wheel,a stopped clock,a stag's head,a row of jugs,a wedding photograph,a fiddle,an iron glove",
        ),
      ],
    ],
  },
  {
    names: [
      "the Meadowlark",
      "the Patience",
      "the Grey Gull",
      "the Anna Louise",
      "the Northern Star",
      "the Swift Return",
      "the Brother Jonah",
      "the Silver Tench",
      "the Lucky Penny",
      "the Marigold",
      "the Old Faithful",
      "the Wren",
    ],
    facts: [
      ["Who is the captain of {it}?", "Who sails {it}?", person],
      [
        "What does {it} carry?",
        "What is loaded on {it}?",
        from("salt,slate,barrels of tar,apples,sheep's wool,lamp oil,church bells,coal,bricks,seed corn,hides,paper"),
      ],
      ["When was {it} launched?", "In what year did {it} first touch the water?", year],
      [
        "Which port is {it} bound for?",
        "Where is {it} sailing to?",
        from(
          "Holm,Kingsport,Port Ellis,Oban,Lofthouse,Great Barrow,Saint Anselm,New Ross,East Harbour,Fern Island,South Moor,Little Marsh",
        ),
      ],
    ],
  },
  {
    names: [
      "Nettle Farm",
      "Upper Dene",
      "Crow Hall",
      "Marsh End",
      "Tollgate Farm",
      "Hazel Bank",
      "Low Meadow",
      "Stony Acre",
      "Pear Tree Farm",
      "Windy Nook",
      "Badger's Hollow",
      "Mill Farm",
    ],
    facts: [
      ["Who works {it}?", "To whom does the land of {it} belong?", person],
      [
        "What is grown at {it}?",
        "Which crop comes from {it}?",
        from("hops,rye,turnips,flax,lavender,cherries,oats,sugar beet,saffron,pumpkins,asparagus,mustard"),
      ],
      [
        "What is the dog at {it} called?",
        "Which name does the dog of {it} answer to?",
        from("Button,Duke,Pepper,Moss,Trumpet,Bella,Soldier,Ginger,Nip,Captain,Biscuit,Shadow"),
      ],
      [
        "How many sheep are there at {it}?",
        "What is the number of sheep at {it}?",
        (draw) => String(40 + draw.below(400)),
      ],
    ],
  },
  {
    names: [
      "the bakery in Mill Lane",
      "the smithy by the bridge",
      "the chemist's in Church Street",
      "the bookshop on the Green",
      "the saddler's yard",
      "the toy shop in Goose Row",
      "the watchmaker's at the gate",
      "the fish stall on the quay",
      "the post office",
      "the tea room in the arcade",
      "the print shop in Well Court",
      "the hat shop in High Street",
    ],
    facts: [
      ["Who owns {it}?", "Whose business is {it}?", person],
      [
        "What colour is the door of {it}?",
        "How is the door of {it} painted?",
        from(
          "sky blue,dark red,mustard yellow,black and white,sea green,violet,copper brown,pale pink,orange,silver grey,cream,bottle green",
        ),
      ],
      ["Who founded {it}?", "By whom was {it} started?", person],
      [
        "At what time does {it} close?",
        "Until when is {it} open?",
        (draw) =>
          `${draw.pick(["ten past", "a quarter past", "twenty past", "half past", "twenty to", "a quarter to", "ten to"])} ${draw.pick(["four", "five", "six", "seven"])}`,
      ],
    ],
  },
];

export const facts = {
  file: "facts.csv",
  title: "Facts to learn by heart",
  description: "Questions about an invented town with short answers, and each question once more in other words.",
  task: "causal-lm",
  rows() {
    const draw = new Draw("facts");
    const taken = new Set();
    const fresh = (answer) => {
      let said = answer(draw);
      while (taken.has(said)) said = answer(draw);
      taken.add(said);
      return said;
    };
    const rows = KINDS.flatMap(({ names, facts: known }) =>
      known.flatMap(([question, rephrase, answer]) =>
        names.map((it) => ({
          question: fillSlots(question, () => it),
          answer: fresh(answer),
          rephrase: fillSlots(rephrase, () => it),
        })),
      ),
    );
    return draw.shuffle(rows);
  },
};

function person(draw) {
  return `${draw.pick(firstNames)} ${draw.pick(lastNames)}`;
}

function year(draw) {
  return String(1480 + draw.below(430));
}

function from(list) {
  const answers = list.split(",");
  return (draw) => draw.pick(answers);
}
