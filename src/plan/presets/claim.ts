/**
 * Does the meaning matter? SK-Tuning's claim is that its prefix is good because the text it starts
 * from says the task. Then as many random tokens, or a text about something else, must do worse;
 * and a free prefix from the same text shows what F adds to the start.
 */

import { headControls, type Preset } from "./preset";

export const claim: Preset = {
  id: "claim",
  title: "Does the meaning matter?",
  summary:
    "SK-Prefix from the text, from random tokens and from an irrelevant text; prefix tuning from the text and from noise; " +
    "and both controls.",
  runs: (facts) => {
    const { text, textTokens } = facts;
    return [
      { name: "SK-Prefix", method: "sk-prefix", options: { text, control: "none" } },
      { name: "SK-Prefix from random tokens", method: "sk-prefix", options: { text, control: "random-tokens" } },
      { name: "SK-Prefix from an irrelevant text", method: "sk-prefix", options: { text, control: "irrelevant-text" } },
      { name: "Prefix from the text", method: "prefix", options: { init: "text", text, virtualTokens: null } },
      { name: "Prefix from noise", method: "prefix", options: { init: "random", virtualTokens: textTokens } },
      ...headControls(facts),
    ];
  },
};
