/** What columns are, as it is chosen in the header of the preview. */

import { expect, test } from "vitest";
import { formats } from "../../../src/data/formats/registry";
import { offeredRoles, roleOf, withRole } from "../../../src/page/data/column-roles";

const pairs = formats["sequence-classification"].roles;
const several = formats["multi-label-classification"].roles;
const language = formats["causal-lm"].roles;
const chosen = { text: "a", textPair: "b", label: "y" };

test("every column has one role or none", () => {
  expect(["a", "b", "y", "id"].map((column) => roleOf(column, pairs, chosen))).toEqual([
    "text",
    "textPair",
    "label",
    null,
  ]);
  expect(roleOf("x", several, { text: "a", textPair: null, labels: ["x", "z"] })).toBe("labels");
  const written = { prompt: "{question} of {author}", response: "answer {answer}", messages: null };
  expect(["question", "author", "answer", "id"].map((column) => roleOf(column, language, written))).toEqual([
    "prompt",
    "prompt",
    "response",
    null,
  ]);
});

test("a column that takes another's role gives it its own", () => {
  expect(withRole(chosen, pairs, "b", "text")).toEqual({ text: "b", textPair: "a", label: "y" });
  expect(withRole(chosen, pairs, "y", "text")).toEqual({ text: "y", textPair: "b", label: "a" });
  expect(withRole(chosen, pairs, "id", "label")).toEqual({ text: "a", textPair: "b", label: "id" });
});

test("a column that is not used any more leaves its role open, or empty where it may be", () => {
  expect(withRole(chosen, pairs, "b", null)).toEqual({ text: "a", textPair: null, label: "y" });
  expect(withRole(chosen, pairs, "y", null)).toEqual({ text: "a", textPair: "b" });
  expect(withRole(chosen, pairs, "id", null)).toBe(chosen);
});

test("lists and templates gain and lose a column", () => {
  const lists = { text: "a", textPair: null, labels: ["x"] };
  expect(withRole(lists, several, "z", "labels")).toEqual({ ...lists, labels: ["x", "z"] });
  expect(withRole(lists, several, "x", null)).toEqual({ ...lists, labels: [] });
  const written = { prompt: "Q: {q}", response: "{r}", messages: null };
  expect(withRole(written, language, "more", "prompt").prompt).toBe("Q: {q}\n{more}");
  expect(withRole(written, language, "q", null).prompt).toBe("Q:");
});

test("roles that stand back for another one are not offered", () => {
  const titles = (columns: Parameters<typeof offeredRoles>[1]) =>
    offeredRoles(language, columns).map(({ role }) => role);
  expect(titles({ messages: "turns" })).not.toContain("prompt");
  expect(titles({ prompt: "{q}", response: "{r}", messages: null })).toContain("prompt");
  expect(offeredRoles(several, {}).map(({ kind }) => kind)).not.toContain("separator");
});
