/**
 * What the card of a language model says of how texts are written for it: the template, what ends
 * an answer, and one example to compare another program with.
 */

import type { WorkedExample, WritingFacts } from "./content";
import { code } from "./use";

/** The studio's headings as the Jinja that transformers and others read. */
export const HEADINGS_TEMPLATE = [
  "{%- for message in messages -%}",
  "{%- if not loop.first -%}{{ '\\n\\n' }}{%- endif -%}",
  "{{ '### ' + message['role'] | capitalize + ':\\n' + message['content'] }}",
  "{%- if message['role'] == 'assistant' -%}{{ eos_token }}{%- endif -%}",
  "{%- endfor -%}",
  "{%- if add_generation_prompt -%}{{ '\\n\\n### Assistant:\\n' }}{%- endif -%}",
].join("\n");

/** A section of Markdown, an empty line after it. */
export function writingSection({ template, system, ends, example }: WritingFacts): string[] {
  const column =
    system === null ? [] : [`The system prompt of each was in the file's column ${code(system)}: send it too.`];
  return [
    "## Prompts",
    "",
    ...written(template),
    ...column,
    "",
    ...ending(ends),
    "",
    "### One example",
    "",
    ...("without" in example ? [example.without] : shown(example)),
    "",
  ];
}

function written(template: WritingFacts["template"]): string[] {
  switch (template.kind) {
    case "prompt":
      if (template.text === "")
        return ["It was trained on whole texts, without a prompt: it writes on what it is given."];
      return [
        "It was trained on this prompt, with the file's columns in braces, and answers right after it. Spaces and line",
        "breaks count:",
        "",
        ...fenced(template.text),
      ];
    case "chat":
      return [
        "It was trained on conversations in the base model's own chat template, which",
        "`tokenizer.apply_chat_template(messages, add_generation_prompt=True)` writes. Another template is another model.",
      ];
    case "headings":
      return [
        "The base model has no chat template, so it was trained on conversations under plain headings. As",
        "`chat_template`:",
        "",
        ...fenced(HEADINGS_TEMPLATE, "jinja"),
      ];
  }
}

function ending(ends: WritingFacts["ends"]): string[] {
  if (ends.length === 0) {
    return ["The base model names no token that ends a text: an answer goes on until as many tokens as are allowed."];
  }
  return [
    `An answer ends with ${ends.map(({ id, text }) => `${code(text)} (id ${id})`).join(" or ")}. A program that does not know`,
    "goes on writing; in a Modelfile of Ollama it is",
    "",
    ...fenced(ends.map(({ text }) => `PARAMETER stop ${JSON.stringify(text)}`).join("\n")),
  ];
}

function shown({ prompt, ids, written }: WorkedExample): string[] {
  return [
    "Computed in the studio with this adapter, always the most probable token. A program that answers otherwise reads",
    "another template, other tokens (a beginning-of-sequence token missing or twice) or another adapter.",
    "",
    ...fenced(prompt),
    "",
    `- as ids: ${ids.join(", ")}`,
    `- its first ${written.length} tokens: ${written.map(({ id }) => id).join(", ")}`,
    `- as text: ${written.map(({ text }) => JSON.stringify(text)).join(" ")}`,
  ];
}

/** A block that holds any text, backticks too. */
function fenced(text: string, language = "text"): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, text, fence];
}
