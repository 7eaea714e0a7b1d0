/** Templates that would not end, or build too much, end with a reason; others render as before. */

import { Template } from "@huggingface/jinja";
import { describe, expect, it, test } from "vitest";
import { boundedTemplate, TEMPLATE_LIMITS } from "../../../src/hub/bounded-template";

const messages = [
  { role: "user", content: "Capital of Peru?" },
  { role: "assistant", content: "Lima." },
];

describe("refused", () => {
  it.each<[what: string, source: string, message: RegExp]>([
    [
      "a range without end",
      "{% for i in range(1000000000) %}{% endfor %}",
      /a list of 1000000000 entries; at most 100000/,
    ],
    ["an infinite one", "{{ range(0, 10 ** 300) }}", /entries; at most 100000/],
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
      /a text of 134217728 characters; at most 67108864/,
    ],
    [
      "a list that doubles",
      "{% set n = namespace(x=[1,2]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
      /a list of 131072 entries; at most 100000/,
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
    ["one of any length", "x".repeat(TEMPLATE_LIMITS.source + 1), /it has 1000001 characters; at most 1000000/],
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
