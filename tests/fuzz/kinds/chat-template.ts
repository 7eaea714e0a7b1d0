/** Chat templates of models, damaged, over conversations as people have them. */

import { readFile } from "node:fs/promises";
import type { ChatMessage } from "../../../src/data/chat";
import { formats } from "../../../src/data/formats/registry";
import { tokenizeExamples } from "../../../src/data/tokens";
import { openTokenizer } from "../../../src/hub/tokenizer";
import { memoryFolder } from "../../unit/hub/memory-folder";
import { bytesOf } from "../folders";
import type { FuzzKind } from "../kind";
import { changeText, pick, several } from "../mutate";

const TEMPLATES = [
  "{{ bos_token }}{% for message in messages %}<|{{ message.role }}|>\n{{ message.content | trim }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}<|assistant|>\n{% endif %}",
  "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}{% else %}{% set rest = messages %}{% endif %}{% for message in rest %}{% if loop.first and system is defined %}{{ system + '\n\n' }}{% endif %}{{ '### ' + message['role'].capitalize() + ': ' + message['content'] }}{% if not loop.last %}{{ '\n' }}{% endif %}{% endfor %}",
  "{% macro say(m) %}{{ m.role ~ ': ' ~ m.content }}{% endmacro %}{% for m in messages %}{{ say(m) }}{% if m.role not in ['user', 'assistant', 'system'] %}{{ raise_exception('no') }}{% endif %}{% endfor %}",
  "{% for i in range(messages | length) %}{{ i }}{{ messages[i].content }}{% for j in range(i * 3) %}.{% endfor %}{% endfor %}",
  "{%- set ns = namespace(n=0) -%}{%- for m in messages -%}{%- set ns.n = ns.n + 1 -%}{{ ns.n ~ m.content | upper }}{%- endfor -%}",
];
const NUMBERS = ["1000000000", "-1", "1e9", "99999", "0"];
const MAX_LENGTH = 64;

export const chatTemplate: FuzzKind = {
  name: "chat templates",
  async prepare() {
    const { tokenizer: json } = JSON.parse(await readFile("tests/fixtures/tokenizers/byte-level.json", "utf8"));
    const vocabulary = bytesOf(JSON.stringify(json));
    return (random) => {
      const { value, what } = several(random, pick(random, TEMPLATES), (source, text) => {
        if (source.next() > 0.3) return changeText(source, text);
        const number = pick(source, NUMBERS);
        const around = pick(source, [
          `{% for x in range(${number}) %}${text}{% endfor %}`,
          `{{ "ab" * ${number} }}${text}`,
          `${text}{{ messages[${number}].content }}`,
          `{% for a in messages %}{% for b in range(${number}) %}{{ b }}{% endfor %}{% endfor %}`,
        ]);
        return { value: around, what: around.slice(0, 40) };
      });
      const content = "word ".repeat(random.next() < 0.03 ? 20_000 : 3);
      const messages: ChatMessage[] = [
        { role: "system", content: "Be short." },
        { role: "user", content },
        { role: "assistant", content: "Lima." },
      ];
      const example = {
        text: "",
        textPair: null,
        label: 0,
        response: "Lima.",
        row: 1,
        messages: messages.slice(random.integer(2)),
      };
      return {
        what,
        text: value,
        read: async () => {
          const settings = bytesOf(JSON.stringify({ chat_template: value, bos_token: "<s>", eos_token: "</s>" }));
          const opened = await openTokenizer(
            memoryFolder({ "tokenizer.json": vocabulary, "tokenizer_config.json": settings }),
          );
          const [row] = await tokenizeExamples([example], formats["causal-lm"].encode, opened, {
            maxLength: MAX_LENGTH,
            file: "chats.jsonl",
          });
          if (!row) return null;
          if (row.ids.length > MAX_LENGTH) return `${row.ids.length} tokens, of at most ${MAX_LENGTH}`;
          return row.ids.every((id) => id >= 0 && id < opened.size) ? null : "an id outside of the vocabulary";
        },
      };
    };
  },
};
