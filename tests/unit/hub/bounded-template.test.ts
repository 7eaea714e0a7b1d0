/** Templates that would not end, or build too much, end with a reason; others render as before. */

import { Template } from "@huggingface/jinja";
import { describe, expect, it, test } from "vitest";
import { boundedTemplate, TEMPLATE_LIMITS } from "../../../src/hub/bounded-template";

const messages = [
  { role: "user", content: "Capital of Peru?" },
  { role: "assistant", content: "Lima." },
];

/** Half a million characters. */
const LONG = "{% set n = namespace(x='a') %}{% for i in range(19) %}{% set n.x = n.x ~ n.x %}{% endfor %}";

describe("refused", () => {
  it.each<[what: string, source: string, message: RegExp]>([
    [
      "a range without end",
      "{% for i in range(1000000000) %}{% endfor %}",
      /a list of 1000000000 entries; at most 100000/,
    ],
    ["an infinite one", "{{ range(0, 10 ** 300) }}", /entries; at most 100000/],
    ["one loop of many turns", "{% for a in range(99999) %}x{% endfor %}", /more than 300000 steps/],
    [
      "empty loops in loops",
      "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
      /more than 300000 steps/,
    ],
    [
      "empty loops in loops",
      "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}",
      /more than 300000 steps/,
    ],
    [
      "loops in loops",
      "{% for a in range(3000) %}{% for b in range(3000) %}{{ b }}{% endfor %}{% endfor %}",
      /more than 300000 steps/,
    ],
    [
      "a text that doubles",
      "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}",
      /its steps go over more than 33554432 characters/,
    ],
    [
      "a list that doubles",
      "{% set n = namespace(x=[1,2]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
      /a list of 131072 entries; at most 100000/,
    ],
    // A few steps of these take seconds, by what they go over.
    [
      "a long text made anew",
      `${LONG}{% for i in range(9999) %}{% set y = n.x | upper %}{% endfor %}`,
      /go over more than/,
    ],
    [
      "a long text read backwards",
      `${LONG}{% for i in range(9999) %}{% set y = n.x[::-1] %}{% endfor %}`,
      /go over more/,
    ],
    [
      "lists made again and again",
      "{% for i in range(9999) %}{% set y = range(99999) %}{% endfor %}",
      /go over more than/,
    ],
    [
      "a text that is divided",
      `${LONG}{% for i in range(9999) %}{% set y = (n.x[:9999]).split('a') %}{% endfor %}`,
      /go over more than/,
    ],
    [
      "a list that holds itself twice, sixty times",
      "{% set n = namespace(l=[1, 2]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | tojson }}",
      /a text of \d+ characters; at most 8388608/,
    ],
    [
      "an object that does",
      "{% set n = namespace(l=1) %}{% for i in range(60) %}{% set n.l = {'a': n.l, 'b': n.l} %}{% endfor %}{{ n.l }}",
      /a text of \d+ characters; at most 8388608/,
    ],
    [
      "a namespace in a list, which could grow after it was measured",
      "{% set n = namespace(l=1) %}{% set m = [n, n] %}{{ m }}",
      /it puts a namespace into a list or an object/,
    ],
    [
      "a namespace in another",
      "{% set n = namespace(l=1) %}{% set m = namespace(a=n) %}{{ m }}",
      /it puts a namespace into /,
    ],
    ["a macro that calls itself", "{% macro m(f) %}{{ f(f) }}{% endmacro %}{{ m(m) }}", /nested too deep/],
    ["a width without end", "{{ 'a' | indent(1000000000000) }}", /nested too deep, or builds too much/],
    ["its own refusal", "{{ raise_exception('Roles must alternate') }}", /^Roles must alternate$/],
    ["a refusal of any length", "{{ raise_exception('x' ~ messages[0].content) }}", /^x{300}… \(\d+ characters\)$/],
  ])("%s", (_, source, message) => {
    const given = [{ role: "user", content: "x".repeat(5000) }];
    expect(() => boundedTemplate(source)({ messages: given })).toThrow(message);
  });

  it.each<[what: string, source: string, message: RegExp]>([
    ["a template that is cut off", "{% if messages[0", /./],
    ["brackets without end", `{{ ${"(".repeat(100_000)} }}`, /nested too deep|[Uu]n|Expected/],
    ["one of any length", "x".repeat(TEMPLATE_LIMITS.source + 1), /it has 200001 characters; at most 200000/],
    ["a function that there is not", "{{ raise_exceptio('no') }}", /calls what is no function, or what there is not/],
    ["a sum with nothing", "{{ 'a' + nothing }}", /computes \(\+\) with a variable that has no value/],
    ["a part of a list by nothing known", "{{ messages['a':] }}", /Slice start must be a number, or left out/],
    ["a range of texts", "{{ range('a') }}", /a range of something else than numbers/],
    ["a date by no text", "{{ strftime_now() }}", /the date in a form that is no text/],
    [
      "blanks, whose square it would take",
      `{{ 1 }}${" ".repeat(100_000)}x`,
      /it has 100000 blanks in a row; at most 1000/,
    ],
  ])("%s, when it is read", (_, source, message) => {
    const refused = (() => {
      try {
        boundedTemplate(source)({ messages });
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(refused).toMatch(message);
    expect(refused).not.toMatch(/undefined|is not a function|Cannot read|call stack/);
  });
});

test("what fits its bounds is what the library makes of it", () => {
  const sources = [
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
    "{% for i in range(3) %}{{ loop.index }}{{ True }}{{ none }}{% endfor %}{% for i in range(5, 1, -2) %}{{ i }}{% endfor %}",
    "{{ messages | length }}{{ messages | map(attribute='role') | join(',') }}{{ strftime_now('%Y') }}",
  ];
  for (const source of sources) {
    const given = { messages, add_generation_prompt: true };
    expect(boundedTemplate(source)(given)).toBe(new Template(source).render(given));
  }
});

test("a long conversation takes few of the steps", () => {
  const many = Array.from({ length: 4000 }, (_, index) => ({
    role: index % 2 ? "assistant" : "user",
    content: "hello",
  }));
  const source = "{% for m in messages %}{{ '<|' ~ m.role ~ '|>' ~ m.content }}{% endfor %}";
  expect(boundedTemplate(source)({ messages: many })).toHaveLength(
    2000 * ("<|assistant|>hello".length + "<|user|>hello".length),
  );
});

test("a turn as long as a row may be is rendered, with what comes before each turn looked at", () => {
  const content = "a".repeat(4_000_000);
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content },
  ];
  const source =
    "{% for m in messages %}{% if loop.index0 > 0 and messages[loop.index0 - 1].role == m.role %}{{ raise_exception('!') }}" +
    "{% endif %}{{ '<|' ~ m.role ~ '|>' ~ m.content }}{% endfor %}";
  expect(boundedTemplate(source)({ messages })).toHaveLength("<|user|>Hi<|assistant|>".length + content.length);
});
