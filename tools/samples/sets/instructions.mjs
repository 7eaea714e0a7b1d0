/**
 * Instructions with a response each. Sixty are written by hand; the others ask something about a
 * sentence of another set (what a message is about, whom a sentence names, what follows from it) or
 * about a word.
 */

import { Draw, distinct, readLines } from "../text.mjs";
import { customerMessages } from "./customer-messages.mjs";
import { entailment } from "./entailment.mjs";
import { filmReviews } from "./film-reviews.mjs";
import { taggedSentences } from "./named-entities.mjs";
import { questions } from "./questions.mjs";

const MESSAGE_ABOUT = {
  account: "It is about an account.",
  delivery: "It is about a delivery.",
  payment: "It is about a payment.",
  product: "It is about a product.",
  refund: "It is about a return or a refund.",
};
const ASKS_FOR = {
  abbreviation: "It asks for an abbreviation or for what one means.",
  description: "It asks for an explanation.",
  entity: "It asks for a thing.",
  human: "It asks for a person or a group.",
  location: "It asks for a place.",
  number: "It asks for a number or a date.",
};
const VERDICT = { positive: "The writer liked the film.", negative: "The writer did not like the film." };

const OPPOSITES = `hot cold,early late,heavy light,loud quiet,full empty,rich poor,wide narrow,open shut,first last,sweet sour,
young old,strong weak,near far,wet dry,clean dirty,deep shallow,fast slow,rough smooth,always never,begin end,buy sell,win lose,
laugh cry,rise fall,push pull,arrive leave,remember forget,friend enemy,north south,day night,above below,inside outside`;
const PLURALS = `child children,mouse mice,knife knives,box boxes,city cities,foot feet,leaf leaves,sheep sheep,man men,tooth teeth,
baby babies,glass glasses,goose geese,wolf wolves,potato potatoes,woman women,shelf shelves,church churches,key keys,ox oxen,
story stories,half halves,dish dishes,fly flies,loaf loaves,thief thieves,hero heroes,bus buses,boy boys,life lives`;
const PAST = `go went,see saw,take took,buy bought,write wrote,bring brought,fly flew,think thought,sing sang,run ran,catch caught,
teach taught,swim swam,give gave,eat ate,drink drank,fall fell,hold held,know knew,lose lost,make made,meet met,pay paid,ride rode,
sleep slept,speak spoke,steal stole,tell told,wake woke,wear wore`;

/**
 * How many rows ask what a sentence is, for each set, and how many what is in it; answers of the
 * first kind are few.
 */
const TO_JUDGE = 70;
const TO_READ = 170;

export const instructions = {
  file: "instructions.csv",
  title: "Instructions",
  description: "An instruction and its response: short advice, words to change, and questions about a sentence.",
  task: "causal-lm",
  rows() {
    const draw = new Draw("instructions");
    const some = (count, rows) => draw.shuffle(rows).slice(0, count);
    const sentences = taggedSentences().map(({ words, names }) => ({ text: plain(words), names }));
    const naming = (kind) => sentences.filter(({ names }) => names.filter((name) => name.kind === kind).length === 1);
    const nameIn = (names, kind) => names.find((name) => name.kind === kind).name;
    const rows = [
      ...readLines("instructions").map((line) => line.split(" => ")),
      ...some(TO_JUDGE, customerMessages.rows()).map(({ text, label }) => [
        `What is this message about? ${text}`,
        MESSAGE_ABOUT[label],
      ]),
      ...some(TO_JUDGE, questions.rows()).map(({ text, label }) => [
        `What kind of answer does this question ask for? ${text}`,
        ASKS_FOR[label],
      ]),
      ...some(TO_JUDGE, filmReviews.rows()).map(({ text, label }) => [
        `Did the writer like the film? ${text}`,
        VERDICT[label],
      ]),
      ...some(TO_READ, naming("PER")).map(({ text, names }) => [
        `Which person does this sentence name? ${text}`,
        nameIn(names, "PER"),
      ]),
      ...some(TO_READ, naming("LOC")).map(({ text, names }) => [
        `Which place does this sentence name? ${text}`,
        nameIn(names, "LOC"),
      ]),
      ...some(
        TO_READ,
        entailment.rows().filter(({ label }) => label === "entailment"),
      ).map(({ premise, hypothesis }) => [`Write a sentence that follows from this one. ${premise}`, hypothesis]),
      ...pairs(OPPOSITES).map(([word, opposite]) => [
        `What is the opposite of "${word}"?`,
        `The opposite of "${word}" is "${opposite}".`,
      ]),
      ...pairs(PLURALS).map(([one, many]) => [`What is the plural of "${one}"?`, `One ${one}, two ${many}.`]),
      ...pairs(PAST).map(([now, then]) => [`Put "${now}" into the past.`, `Today I ${now}, yesterday I ${then}.`]),
    ].map(([instruction, response]) => ({ instruction, response }));
    return draw.shuffle(distinct(rows, ({ instruction }) => instruction));
  },
};

function pairs(text) {
  return text.split(/,\s*/).map((pair) => pair.split(" "));
}

/** Words with the punctuation back at its place. */
function plain(words) {
  return words
    .join(" ")
    .replace(/ ([.,;:?!)]|'s\b)/g, "$1")
    .replace(/\( /g, "(")
    .replace(/" ([^"]*?) ?"/g, '"$1"');
}
