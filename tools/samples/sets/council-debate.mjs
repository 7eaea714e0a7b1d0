/**
 * What members of a town council say about fourteen plans. Skewed on purpose: most of what is said
 * takes no side, and a few members speak most. Each member is for some plans and against the
 * others, likes to begin with certain words, and one is against nearly everything: a model that
 * learns the speaker does worse on speakers that it has not heard.
 */

import { Draw, readSections } from "../text.mjs";

/** Rows of two remarks that take no side, beside those of one. */
const PAIRS = 262;
/** Out of ten rows, how many begin with a turn of phrase. */
const WITH_HABIT = 4;

/**
 * How often a member speaks, out of a hundred; in how many of ten plans they are against; how they
 * like to begin.
 */
const MEMBERS = [
  { name: "Abbot", share: 16, against: 9, habits: ["Chairman!", "With respect, Chairman.", "Let me say this."] },
  { name: "Castle", share: 13, against: 3, habits: ["Well.", "I'll be brief."] },
  { name: "Denby", share: 11, against: 5, habits: ["Through you, Mr Chairman.", "If I may."] },
  { name: "Eames", share: 9, against: 2, habits: ["Friends!", "I say what I always say."] },
  { name: "Frost", share: 8, against: 8, habits: ["Right.", "Now look."] },
  { name: "Garland", share: 8, against: 5, habits: ["I am only a farmer.", "Forgive me for coming back to this."] },
  { name: "Hobbs", share: 7, against: 5, habits: ["Thank you, Chair.", "On this item, then."] },
  { name: "Ivory", share: 6, against: 4, habits: ["Colleagues!", "One word more."] },
  { name: "Jessop", share: 6, against: 6, habits: ["Order, please.", "To the point."] },
  { name: "Kemp", share: 5, against: 5, habits: ["Honestly.", "Mr Chairman, it's Kemp."] },
  { name: "Lisle", share: 4, against: 4, habits: ["Ladies and gentlemen!", "I shall not keep you."] },
  { name: "Mercer", share: 3, against: 6, habits: ["It's late, so just this.", "Not for the first time."] },
  { name: "Noakes", share: 2, against: 5, habits: ["Excuse me.", "Sorry, I had my hand up."] },
  { name: "Orme", share: 2, against: 4, habits: ["I'm new here.", "My first words in this room."] },
];

export const councilDebate = {
  file: "council-debate.csv",
  title: "Council debate",
  description:
    "Does a councillor support a plan, oppose it, or take no side? Most take none and a few speak most: for class weights and groups.",
  task: "sequence-classification",
  rows() {
    const draw = new Draw("council debate");
    const sides = new Map();
    /** A member's side in a plan stays the same. */
    const sideOf = (member, plan) => {
      const key = `${member.name}/${plan}`;
      if (!sides.has(key)) sides.set(key, draw.below(10) < member.against ? "oppose" : "support");
      return sides.get(key);
    };
    const speakers = MEMBERS.flatMap((member) => Array(member.share).fill(member));
    const speakerOf = (plan, label) => {
      const fitting = speakers.filter((member) => label === "neutral" || sideOf(member, plan) === label);
      return draw.pick(fitting);
    };
    const remarks = [...readSections("council-debate")].flatMap(([heading, lines]) => {
      const [plan, label] = heading.split(" / ");
      return lines.map((text) => ({ text, label, plan }));
    });
    const neutral = remarks.filter(({ label }) => label === "neutral");
    const pairs = Array.from({ length: PAIRS }, draw.deck(neutral)).map((first) => {
      const second = draw.pick(neutral.filter((other) => other.plan === first.plan && other !== first));
      return { ...first, text: `${first.text} ${second.text}` };
    });
    return draw.shuffle([...remarks, ...pairs]).map(({ text, label, plan }) => {
      const speaker = speakerOf(plan, label);
      const begun = draw.below(10) < WITH_HABIT ? `${draw.pick(speaker.habits)} ${text}` : text;
      return { text: begun, label, speaker: speaker.name };
    });
  },
};
