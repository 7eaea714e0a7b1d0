/**
 * Two descriptions of a scene and how alike they are, from 0 to 5. Composed of who does what where;
 * the number is what the two have in common: the deed counts most, then who does it, then the
 * place. Each part can be said in two ways.
 */

import { capitalise, Draw, distinct } from "../text.mjs";

const ROWS = 1050;
const WEIGHTS = { deed: 0.55, actor: 0.3, place: 0.15 };
/** What a part counts that is another one of the same kind. */
const KIN = { deed: 0.35, actor: 0.5, place: 0.5 };

/** Each entry is said in either way. */
const ACTORS = {
  child: [
    ["a boy", "a young lad"],
    ["a girl", "a schoolgirl"],
    ["a teenager", "a youth"],
  ],
  grown: [
    ["a man", "a gentleman"],
    ["a woman", "a lady"],
    ["an old man", "a grey-haired man"],
    ["a tall woman", "a very tall lady"],
  ],
  worker: [
    ["a nurse", "someone in a nurse's uniform"],
    ["a soldier", "a man in uniform"],
    ["a cook", "a chef"],
    ["a farmer", "a man from a farm"],
  ],
  group: [
    ["two children", "a pair of kids"],
    ["some friends", "a group of friends"],
    ["a family", "parents and their children"],
  ],
};
const DEEDS = {
  music: [
    ["playing the guitar", "strumming a guitar"],
    ["singing a song", "performing a song"],
    ["beating the drums", "playing the drums"],
    ["blowing a trumpet", "playing a tune on the trumpet"],
    ["practising the violin", "working at a piece for the violin"],
  ],
  food: [
    ["slicing an onion", "cutting up an onion"],
    ["peeling potatoes", "taking the skin off some potatoes"],
    ["eating an apple", "biting into an apple"],
    ["kneading dough", "working dough with both hands"],
    ["drinking tea", "having a cup of tea"],
    ["stirring a pot of soup", "moving a spoon through the soup"],
  ],
  sport: [
    ["kicking a ball", "playing football"],
    ["jogging", "going for a run"],
    ["riding a bicycle", "cycling"],
    ["skipping with a rope", "jumping over a rope"],
    ["throwing a frisbee", "tossing a plastic disc"],
    ["doing push-ups", "doing press-ups"],
  ],
  work: [
    ["sweeping the floor", "cleaning the floor with a broom"],
    ["hammering a nail into a board", "driving a nail into wood"],
    ["painting a fence", "putting fresh colour on a fence"],
    ["washing a car", "cleaning a car with a sponge"],
    ["sawing a plank", "cutting a plank in two"],
    ["carrying a heavy box", "lugging a big carton"],
  ],
  rest: [
    ["reading a book", "lost in a novel"],
    ["sleeping on a bench", "having a nap on a bench"],
    ["writing a letter", "putting a message on paper"],
    ["talking on the telephone", "making a call"],
    ["sitting in an armchair", "resting in a soft chair"],
    ["listening to the radio", "following a programme on the radio"],
  ],
  animals: [
    ["feeding the ducks", "giving bread to some ducks"],
    ["walking a dog", "out with a dog on a lead"],
    ["brushing a horse", "grooming a horse"],
    ["holding a kitten", "carrying a little cat"],
    ["looking at an aquarium", "watching fish behind glass"],
    ["chasing the hens", "running after some chickens"],
  ],
};
const PLACES = {
  outside: [
    ["in the park", "in a public garden"],
    ["on the beach", "by the sea"],
    ["in the street", "on the road"],
    ["in the backyard", "behind the house"],
  ],
  inside: [
    ["in the kitchen", "beside the stove"],
    ["in the hall", "in the corridor"],
    ["in the living room", "in the sitting room"],
  ],
  nowhere: [["", ""]],
};

/** Deeds, by their first way, that are done at one kind of place only. */
const ONLY = {
  outside: [
    "kicking a ball",
    "jogging",
    "riding a bicycle",
    "throwing a frisbee",
    "painting a fence",
    "washing a car",
    "sleeping on a bench",
    "feeding the ducks",
    "walking a dog",
    "brushing a horse",
    "chasing the hens",
  ],
  inside: [
    "slicing an onion",
    "peeling potatoes",
    "kneading dough",
    "stirring a pot of soup",
    "sweeping the floor",
    "sitting in an armchair",
    "looking at an aquarium",
  ],
};

export const relatedness = {
  file: "relatedness.csv",
  title: "How alike",
  description: "Two descriptions of a scene: how alike are they, from 0 (nothing in common) to 5 (the same)?",
  task: "regression",
  rows() {
    const draw = new Draw("relatedness");
    const kinds = { deed: DEEDS, actor: ACTORS, place: PLACES };
    const rows = Array.from({ length: ROWS * 2 }, () => {
      const first = placed(Object.fromEntries(Object.entries(kinds).map(([part, all]) => [part, any(draw, all)])));
      // Some parts stay, some give way to another of their kind, and the rest to any; seldom all
      // stay.
      const change = Math.sqrt(draw.number());
      const second = placed(
        Object.fromEntries(
          Object.entries(kinds).map(([part, all]) => {
            const drawn = draw.number();
            if (drawn > change) return [part, first[part]];
            return [
              part,
              drawn > change / 2 ? any(draw, { [first[part].kind]: all[first[part].kind] }) : any(draw, all),
            ];
          }),
        ),
      );
      const way = draw.below(2);
      return {
        sentence1: describe(draw, first, () => way),
        sentence2: describe(draw, second, () => (draw.below(4) === 0 ? way : 1 - way)),
        score: (5 * likeness(first, second)).toFixed(1),
      };
    });
    const usable = rows.filter(({ sentence1, sentence2 }) => sentence1 !== sentence2);
    return distinct(usable, ({ sentence1, sentence2 }) => `${sentence1} ${sentence2}`).slice(0, ROWS);
  },
};

function any(draw, all) {
  const kind = draw.pick(Object.keys(all));
  return { kind, ways: draw.pick(all[kind]) };
}

/** Without a place where it does not suit the deed: nobody washes a car in the hall. */
function placed(scene) {
  const suited = Object.keys(ONLY).find((kind) => ONLY[kind].includes(scene.deed.ways[0]));
  const odd = suited !== undefined && scene.place.kind !== suited;
  return odd ? { ...scene, place: { kind: "nowhere", ways: PLACES.nowhere[0] } } : scene;
}

/** In [0, 1]. */
function likeness(first, second) {
  return Object.entries(WEIGHTS).reduce((sum, [part, weight]) => {
    const [a, b] = [first[part], second[part]];
    if (a.ways === b.ways) return sum + weight;
    return sum + (a.kind === b.kind ? weight * KIN[part] : 0);
  }, 0);
}

function describe(draw, { actor, deed, place }, way) {
  const [who, what, where] = [actor.ways[way()], deed.ways[way()], place.ways[way()]];
  const verb = actor.kind === "group" && who !== "a family" ? "are" : "is";
  const forms = [
    `${who} ${verb} ${what} ${where}`,
    `there ${who.startsWith("a ") ? "is" : verb} ${who} ${what} ${where}`,
    ...(where === "" ? [] : [`${where}, ${who} ${verb} ${what}`]),
  ];
  return `${capitalise(draw.pick(forms).trim())}.`;
}
