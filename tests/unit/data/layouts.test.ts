/**
 * Files as tools for labelling write them, and CoNLL files: which task and columns are guessed,
 * which rows are read, and what is said.
 */

import { describe, expect, it } from "vitest";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { openTable } from "../../../src/data/open-table";
import { placeSpans } from "../../../src/data/spans";
import type { TaskId } from "../../../src/data/types";
import { placedWords, wordsOf } from "../../../src/data/words";

const jsonLines = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");

interface Read {
  readonly task: TaskId;
  /** A row as it is read: of tags `word/tag`, of labels `text: label, label`. */
  readonly rows: string[];
  readonly numbers: number[];
  readonly notices: string[];
}

async function read(name: string, content: string): Promise<Read> {
  const table = await openTable(new File([content], name));
  const { task, columns } = guessTask(table);
  const { examples, labels, notices } = formats[task].read(table, columns, null);
  const rows = examples.map(({ text, words, tags, label, values }) => {
    if (words) return words.map((word, place) => `${word}/${labels[tags![place]!]}`).join(" ");
    if (values)
      return `${text}: ${[...values.keys()]
        .filter((id) => values[id] === 1)
        .map((id) => labels[id])
        .join(", ")}`;
    return `${text}: ${labels[label]}`;
  });
  return { task, rows, numbers: examples.map(({ row }) => row), notices: [...table.notices, ...notices] };
}

interface Case {
  readonly name: string;
  readonly file: string;
  readonly content: string;
  readonly task: TaskId;
  readonly rows: readonly string[];
  readonly numbers?: readonly number[];
  /** Each is part of a notice. */
  readonly says?: readonly string[];
}

const berg = "Anna/B-PER Berg/I-PER lives/O in/O Lund/B-LOC";
const rain = "It/O rained/O in/O Kiel/B-LOC";
const text = "Anna Berg lives in Lund";
const other = "It rained in Kiel";
const became = 'the spans of "text" became a tag for every word (columns "words" and "tags")';

const spans: Case[] = [
  {
    name: "doccano's lists",
    file: "data.jsonl",
    content: jsonLines([
      {
        id: 1,
        text,
        label: [
          [0, 9, "PER"],
          [19, 23, "LOC"],
        ],
      },
      { id: 2, text: other, label: [[13, 17, "LOC"]] },
      { id: 3, text: "Nobody came", label: [] },
    ]),
    task: "token-classification",
    rows: [berg, rain, "Nobody/O came/O"],
    numbers: [1, 2, 3],
    says: [became, 'no span in 1 row (row 3); all words there are "O"'],
  },
  {
    name: "doccano's entities beside relations",
    file: "data.jsonl",
    content: jsonLines([
      {
        ...{ id: 1, text },
        entities: [
          { id: 1, label: "PER", start_offset: 0, end_offset: 9 },
          { id: 2, label: "LOC", start_offset: 19, end_offset: 23 },
        ],
        relations: [],
      },
      { id: 2, text: other, entities: [{ id: 3, label: "LOC", start_offset: 13, end_offset: 17 }], relations: [] },
    ]),
    task: "token-classification",
    rows: [berg, rain],
    says: [became],
  },
  {
    name: "Prodigy's spans, with its own tokens and answers",
    file: "data.jsonl",
    content: jsonLines([
      {
        text: "Anna-Berg lives",
        tokens: [
          { text: "Anna", start: 0, end: 4, id: 0 },
          { text: "-", start: 4, end: 5, id: 1 },
          { text: "Berg", start: 5, end: 9, id: 2 },
          { text: "lives", start: 10, end: 15, id: 3 },
        ],
        spans: [{ start: 0, end: 4, token_start: 0, token_end: 0, label: "PER" }],
        ...{ _input_hash: 1, answer: "accept" },
      },
      { text: other, spans: [{ start: 13, end: 17, label: "LOC" }], _input_hash: 2, answer: "accept" },
      { text: "bad", spans: [{ start: 0, end: 3, label: "LOC" }], _input_hash: 3, answer: "reject" },
    ]),
    task: "token-classification",
    rows: ["Anna/B-PER -/O Berg/O lives/O", rain],
    says: [became, 'answer is "reject" or "ignore", so left out: 1 row (row 3)'],
  },
  {
    name: "spaCy's objects of entities",
    file: "data.jsonl",
    content: jsonLines([
      {
        text,
        annotations: {
          entities: [
            [0, 9, "PER"],
            [19, 23, "LOC"],
          ],
        },
      },
      { text: other, annotations: { entities: [[13, 17, "LOC"]] } },
    ]),
    task: "token-classification",
    rows: [berg, rain],
  },
  {
    name: "Argilla's triples with the label first",
    file: "data.jsonl",
    content: jsonLines([
      {
        text,
        annotation: [
          ["PER", 0, 9],
          ["LOC", 19, 23],
        ],
      },
      { text: other, annotation: [["LOC", 13, 17]] },
    ]),
    task: "token-classification",
    rows: [berg, rain],
  },
  {
    name: "spans that do not end at a word, that overlap, or mark nothing",
    file: "data.jsonl",
    content: jsonLines([
      { text: "Annas Berg", label: [[0, 4, "PER"]] },
      {
        text: other,
        label: [
          [13, 17, "LOC"],
          [15, 17, "ORG"],
        ],
      },
      {
        text: "ab  cd",
        label: [
          [2, 4, "GAP"],
          [0, 2, "X"],
        ],
      },
    ]),
    task: "token-classification",
    rows: ["Annas/B-PER Berg/O", rain, "ab/B-X cd/O"],
    says: [
      "begin or end inside a word in 1 row (row 1)",
      "overlap another, or mark no word, are left out in 2 rows (rows 2, 3)",
    ],
  },
  {
    name: "punctuation is apart from the word that a span ends at",
    file: "data.jsonl",
    content: jsonLines([
      {
        text: 'In "Lund", (Kiel).',
        label: [
          [4, 8, "LOC"],
          [12, 16, "LOC"],
        ],
      },
    ]),
    task: "token-classification",
    rows: ['In/O "/O Lund/B-LOC "/O ,/O (/O Kiel/B-LOC )/O ./O'],
  },
];

const words: Case[] = [
  {
    name: "CoNLL, spaces",
    file: "sentences.conll",
    content: "Anna B-PER\nlives O\nin O\nLund B-LOC\n. O\n\nOle B-PER\nDahl I-PER\nleft O\n\n\nIt O\nrained O\n",
    task: "token-classification",
    rows: ["Anna/B-PER lives/O in/O Lund/B-LOC ./O", "Ole/B-PER Dahl/I-PER left/O", "It/O rained/O"],
    numbers: [1, 7, 12],
    says: ["read as a CoNLL file, field 2 of each line as the tag: 3 sentences"],
  },
  {
    name: "CoNLL-2003 with -DOCSTART- and four fields",
    file: "eng.train",
    content:
      "-DOCSTART- -X- -X- O\r\n\r\nAnna NNP I-NP B-PER\r\nlives VBZ I-VP O\r\n\r\nOle NNP I-NP B-PER\r\nleft VBD I-VP O\r\n",
    task: "token-classification",
    rows: ["Anna/B-PER lives/O", "Ole/B-PER left/O"],
    numbers: [3, 6],
  },
  {
    name: "CoNLL, tabs, in a .tsv, with a quote and a number sign as words",
    file: "wnut.tsv",
    content: '"\tO\nAnna\tB-PER\n#\tO\n\nOle\tB-PER\nleft\tO\n',
    task: "token-classification",
    rows: ['"/O Anna/B-PER #/O', "Ole/B-PER left/O"],
  },
  {
    name: "CoNLL with the number of the word first, and comments",
    file: "data.txt",
    content: "# id 1\n1 Anna NNP B-PER\n2 left VBD O\n\n# id 2\n1 Ole NNP B-PER\n2 slept VBD O\n",
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "Ole/B-PER slept/O"],
  },
  {
    name: "CoNLL-U: forms and parts of speech",
    file: "de.conllu",
    content:
      "# text = Im Haus\n1-2\tIm\t_\t_\t_\n1\tIn\tin\tADP\t_\n2\tdem\tder\tDET\t_\n3\tHaus\tHaus\tNOUN\t_\n\n1\tJa\tja\tINTJ\t_\n2\t.\t.\tPUNCT\t_\n",
    task: "token-classification",
    rows: ["In/ADP dem/DET Haus/NOUN", "Ja/INTJ ./PUNCT"],
  },
  {
    name: "Kaggle's: a number at the first word only",
    file: "ner_dataset.csv",
    content:
      "Sentence #,Word,POS,Tag\nSentence: 1,Anna,NNP,B-per\n,lives,VBZ,O\n,Lund,NNP,B-geo\nSentence: 2,Ole,NNP,B-per\n,left,VBD,O\n",
    task: "token-classification",
    rows: ["Anna/B-per lives/O Lund/B-geo", "Ole/B-per left/O"],
    numbers: [2, 5],
    says: ['5 words were joined to 2 sentences by column "Sentence #"'],
  },
  {
    name: "a number at every word",
    file: "words.csv",
    content: "sentence_id,words,labels\n0,Anna,B-PER\n0,left,O\n1,Ole,B-PER\n1,slept,O\n1,.,O\n",
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "Ole/B-PER slept/O ./O"],
    numbers: [2, 4],
  },
  {
    name: "empty rows between sentences",
    file: "words.csv",
    content: "word,tag\nAnna,B-PER\nleft,O\n\nOle,B-PER\nslept,O\n",
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "Ole/B-PER slept/O"],
    says: ["by the empty rows"],
  },
];

const result = (type: string, value: unknown) => ({ from_name: "topic", to_name: "text", type, value });
const task = (own: string, results: unknown[]) => ({
  id: 1,
  annotations: [{ id: 2, result: results }],
  data: { text: own },
});

const sentence = (lines: readonly string[]) => `${lines.join("\n")}\n\n`;

const conll: Case[] = [
  {
    name: "comments with as many fields as a word",
    file: "data.txt",
    content: `# sent1\n${sentence(["Anna B-PER", "left O"])}# sent2\n${sentence(["# O", "#rstats B-TAG"])}`,
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "#/O #rstats/B-TAG"],
    numbers: [2, 6],
  },
  {
    name: "tags in small letters",
    file: "data.txt",
    content: sentence(["Anna b-per", "left o"]) + sentence(["Ole b-per", "slept o"]),
    task: "token-classification",
    rows: ["Anna/b-per left/o", "Ole/b-per slept/o"],
  },
  {
    name: "tags without a beginning",
    file: "data.txt",
    content: sentence(["Anna PER", "left O"]).repeat(2) + sentence(["Ole PER", "left O", "Kiel LOC"]).repeat(2),
    task: "token-classification",
    rows: ["Anna/PER left/O", "Anna/PER left/O", "Ole/PER left/O Kiel/LOC", "Ole/PER left/O Kiel/LOC"],
    says: ["do not begin with B- or I-"],
  },
  {
    name: "tags before the words",
    file: "data.txt",
    content: sentence(["B-PER\tAnna", "O\tleft"]) + sentence(["B-PER\tOle", "O\tslept"]),
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "Ole/B-PER slept/O"],
    says: ["field 1 of each line as the tag"],
  },
  {
    name: "one word a row, with an empty word",
    file: "words.csv",
    content: "sentence,word,tag\n1,Anna,B-PER\n1,,O\n1,left,O\n2,Ole,B-PER\n2,slept,O\n",
    task: "token-classification",
    rows: ["Anna/B-PER left/O", "Ole/B-PER slept/O"],
    says: ["left out 1 empty word (row 3)"],
  },
];

const exports: Case[] = [
  {
    name: "Label Studio's CSV with several choices",
    file: "export.csv",
    content:
      'annotation_id,annotator,created_at,id,lead_time,text,topics\n1,1,2024-03-02T09:00:01Z,7,3.51,The soup was cold,"{""choices"":[""Food"",""Service""]}"\n' +
      "2,1,2024-03-02T09:01:01Z,8,2.75,Lovely bread,Food\n3,1,2024-03-02T09:02:01Z,9,4.02,We waited an hour,Service\n",
    task: "multi-label-classification",
    rows: ["The soup was cold: Food, Service", "Lovely bread: Food", "We waited an hour: Service"],
  },
  {
    name: "Label Studio's JSON, one choice each",
    file: "export.jsonl",
    content: jsonLines(
      ["good", "bad", "good", "bad"].map((own, row) =>
        task(`${own} film ${row}`, [result("choices", { choices: [own] })]),
      ),
    ),
    task: "sequence-classification",
    rows: ["good film 0: good", "bad film 1: bad", "good film 2: good", "bad film 3: bad"],
    says: ['read as Label Studio\'s export: "topic" of "text"'],
  },
  {
    name: "Label Studio's JSON as it is downloaded, one list",
    file: "project-1.json",
    content: JSON.stringify(
      ["good", "bad", "good", "bad"].map((own, row) =>
        task(`${own} film ${row}`, [result("choices", { choices: [own] })]),
      ),
    ),
    task: "sequence-classification",
    rows: ["good film 0: good", "bad film 1: bad", "good film 2: good", "bad film 3: bad"],
  },
  {
    name: "Label Studio's JSON, several choices, several annotators, one cancelled",
    file: "export.jsonl",
    content: jsonLines([
      task("good soup", [result("choices", { choices: ["food", "praise"] })]),
      {
        ...task("cold soup", []),
        annotations: [{ was_cancelled: true, result: [] }, { result: [result("choices", { choices: ["food"] })] }],
      },
      { ...task("slow", []), annotations: [{ result: [result("choices", { choices: ["service"] })] }, { result: [] }] },
      task("nice", [result("choices", { choices: ["praise"] })]),
    ]),
    task: "multi-label-classification",
    rows: ["good soup: food, praise", "cold soup: food", "slow: service", "nice: praise"],
    says: ["of several annotations the first is used in 1 row (row 3)"],
  },
  {
    name: "Label Studio's JSON, regions, counted as browsers count",
    file: "export.jsonl",
    content: jsonLines([
      task(text, [
        result("labels", { start: 0, end: 9, text: "Anna Berg", labels: ["PER"] }),
        result("labels", { start: 19, end: 23, text: "Lund", labels: ["LOC"] }),
      ]),
      task("😀 in Kiel", [result("labels", { start: 6, end: 10, text: "Kiel", labels: ["LOC"] })]),
    ]),
    task: "token-classification",
    rows: [berg, "😀/O in/O Kiel/B-LOC"],
  },
  {
    name: "Label Studio's CSV with regions",
    file: "export.csv",
    content: `id,text,label\n1,${text},"[{""start"":0,""end"":9,""text"":""Anna Berg"",""labels"":[""PER""]}]"\n2,${other},"[{""start"":13,""end"":17,""text"":""Kiel"",""labels"":[""LOC""]}]"\n`,
    task: "token-classification",
    rows: ["Anna/B-PER Berg/I-PER lives/O in/O Lund/O", rain],
  },
  {
    name: "Prodigy's options",
    file: "data.jsonl",
    content: jsonLines([
      ...["food", "service", "food", "service"].map((id, row) => ({
        ...{
          text: `text ${row}`,
          options: [
            { id: "food", text: "Food" },
            { id: "service", text: "Service" },
          ],
        },
        ...{ accept: [id], answer: "accept", _input_hash: row },
      })),
      { text: "no", options: [], accept: [], answer: "ignore", _input_hash: 9 },
    ]),
    task: "sequence-classification",
    rows: ["text 0: food", "text 1: service", "text 2: food", "text 3: service"],
    says: ["left out: 1 row (row 5)"],
  },
  {
    name: "Prodigy's one label that is there or not",
    file: "data.jsonl",
    content: jsonLines(
      ["accept", "reject", "accept", "reject", "ignore"].map((answer, row) => ({
        text: `text ${row}`,
        label: "SPAM",
        answer,
        _input_hash: row,
      })),
    ),
    task: "sequence-classification",
    rows: ["text 0: SPAM", "text 1: not SPAM", "text 2: SPAM", "text 3: not SPAM"],
    says: ['answer is "ignore", so left out: 1 row (row 5)', 'rows that are rejected have the label "not SPAM"'],
  },
  {
    name: "doccano's list of one class in every row is one label",
    file: "data.jsonl",
    content: jsonLines(["pos", "neg", "pos", "neg"].map((name, id) => ({ id, text: `film ${id}`, label: [name] }))),
    task: "sequence-classification",
    rows: ["film 0: pos", "film 1: neg", "film 2: pos", "film 3: neg"],
  },
  {
    name: "doccano's lists of classes",
    file: "data.jsonl",
    content: jsonLines([["a", "b"], ["b"], ["a"], []].map((label, id) => ({ id, text: `film ${id}`, label }))),
    task: "multi-label-classification",
    rows: ["film 0: a, b", "film 1: b", "film 2: a", "film 3: "],
  },
  {
    name: "doccano's labels with #",
    file: "data.csv",
    content:
      "id,data,label\n1,soup and waiter,food#service\n2,bread,food\n3,an hour,service\n4,wine and host,food#service\n",
    task: "multi-label-classification",
    rows: ["soup and waiter: food, service", "bread: food", "an hour: service", "wine and host: food, service"],
    says: ['labels are taken apart at "#"'],
  },
  {
    name: "labels on lines of a cell",
    file: "data.csv",
    content:
      'text,label\nsoup and waiter,"food\nservice"\nbread,food\nan hour,service\nwine and host,"food\nservice"\n',
    task: "multi-label-classification",
    rows: ["soup and waiter: food, service", "bread: food", "an hour: service", "wine and host: food, service"],
    says: ['labels are taken apart at "\\n"'],
  },
  ...[
    ["True", "False"],
    ["1.0", "0.0"],
    ["yes", "no"],
    ["Y", "N"],
    ["x", ""],
    ["X", " "],
    ["✓", ""],
    ["1", ""],
  ].map(([on, off]) => ({
    name: `a column of ${on} and ${off?.trim() || "nothing"} for each label`,
    file: "data.csv",
    content: `text,food,service\none,${on},${on}\ntwo,${on},${off}\nthree,${off},${off}\n`,
    task: "multi-label-classification" as const,
    rows: ["one: food, service", "two: food", "three: "],
  })),
  {
    name: "fastText's labels",
    file: "data.txt",
    content: "__label__pos good film\n__label__neg  a bad  film\n__label__pos fine\n__label__neg dull\n",
    task: "sequence-classification",
    rows: ["good film: pos", "a bad  film: neg", "fine: pos", "dull: neg"],
    numbers: [1, 2, 3, 4],
    says: ["read as a file of fastText: 4 lines"],
  },
  {
    name: "several of fastText's labels",
    file: "data.txt",
    content:
      "__label__food __label__service soup and waiter\n__label__food bread\nnothing at all\n__label__service an hour\n".repeat(
        2,
      ),
    task: "multi-label-classification",
    rows: ["soup and waiter: food, service", "bread: food", "nothing at all: ", "an hour: service"].flatMap(
      (row, _, all) => (row === all[0] ? [...all, ...all] : []),
    ),
    says: ["no label in rows 3, 7"],
  },
  {
    name: "labels that are put together of others",
    file: "data.csv",
    content:
      "text,label\na,food / service\nb,food\nc,service\nd,service / food\ne,food / service\nf,food\ng,service\nh,service / food\n",
    task: "sequence-classification",
    rows: [
      "a: food / service",
      "b: food",
      "c: service",
      "d: service / food",
      "e: food / service",
      "f: food",
      "g: service",
      "h: service / food",
    ],
    says: [
      '2 labels, such as "food / service", are put together of others',
      'give " / " as what stands between labels',
    ],
  },
  {
    name: "Argilla's columns of responses and suggestions",
    file: "data.jsonl",
    content: jsonLines([
      {
        id: "a",
        text: "one",
        "topic.responses": ["food", "food"],
        "topic.responses.status": ["discarded", "submitted"],
        "topic.suggestion": "service",
      },
      {
        id: "b",
        text: "two",
        "topic.responses": ["service"],
        "topic.responses.status": ["submitted"],
        "topic.suggestion": null,
      },
      { id: "c", text: "three", "topic.responses": null, "topic.responses.status": null, "topic.suggestion": "food" },
      {
        id: "d",
        text: "four",
        "topic.responses": ["service"],
        "topic.responses.status": ["submitted"],
        "topic.suggestion": null,
      },
      { id: "e", text: "five", "topic.responses": null, "topic.responses.status": null, "topic.suggestion": null },
    ]),
    task: "sequence-classification",
    rows: ["one: food", "two: service", "three: food", "four: service"],
    says: ["the suggestion stands for a response in 1 row (row 3)", "nobody answered 1 row (row 5)"],
  },
  {
    name: "Argilla's records",
    file: "data.jsonl",
    content: jsonLines(
      ["food", "service", "food", "service"].map((value, row) => ({
        ...{
          id: `${row}`,
          fields: { text: `text ${row}` },
          metadata: {},
          suggestions: { topic: { value: "service", score: 0.5 } },
        },
        responses: { topic: [{ value, user_id: "u" }] },
      })),
    ),
    task: "sequence-classification",
    rows: ["text 0: food", "text 1: service", "text 2: food", "text 3: service"],
  },
  {
    name: "Argilla 1's records with people's answers in a list",
    file: "data.jsonl",
    content: jsonLines(
      ["food", "service", "food", "service"].map((value, row) => ({
        ...{ fields: { text: `text ${row}` }, suggestions: [{ question_name: "topic", value: "food" }] },
        responses: [{ values: { topic: { value } }, status: "submitted", user_id: "u" }],
      })),
    ),
    task: "sequence-classification",
    rows: ["text 0: food", "text 1: service", "text 2: food", "text 3: service"],
  },
];

describe.each([
  ["spans", spans],
  ["words on lines", words],
  ["files of words", conll],
  ["exports of tools", exports],
])("%s", (_, cases) => {
  it.each(cases)("$name", async ({ file, content, task: expected, rows, numbers, says = [] }) => {
    const found = await read(file, content);
    expect(found.task).toBe(expected);
    expect(found.rows).toEqual(rows);
    if (numbers) expect(found.numbers).toEqual(numbers);
    for (const part of says) expect(found.notices.join("\n")).toContain(part);
  });
});

describe("an answer of the Hub's viewer", () => {
  const answer = (rows: readonly object[]) =>
    JSON.stringify({ features: [{ feature_idx: 0, name: "text" }], rows, num_rows_total: 6, partial: false });
  const row = (row_idx: number, inside: object, truncated_cells: readonly string[] = []) => ({
    ...{ row_idx, row: inside, truncated_cells },
  });

  it("is read as the rows inside, and what is cut is named", async () => {
    const content = answer([
      row(0, { text: "good film", label: 1, extra: null }),
      row(1, { text: "a very lo", label: 0, extra: ["a"] }, ["text"]),
      row(2, { text: "dull", label: 0 }),
      row(3, { text: "great", label: 1 }),
    ]);
    const { task, rows, notices } = await read("first-rows.json", content);
    expect(task).toBe("sequence-classification");
    expect(rows).toEqual(["good film: 1", "a very lo: 0", "dull: 0", "great: 1"]);
    expect(notices.join("\n")).toMatch(/a part of a data set alone; its rows were read/);
    expect(notices.join("\n")).toMatch(/the viewer has cut cells of 1 row \(row 2\)/);
    const table = await openTable(new File([content], "first-rows.json"));
    expect(table.columns).toEqual(["text", "label", "extra"]);
    expect(table.rows.map((cells) => cells[2])).toEqual(["", '["a"]', "", ""]);
  });

  it("columns of these names with other content stay as they are", async () => {
    const table = await openTable(new File(["row_idx,row,truncated_cells\n0,a b,[]\n1,c d,[]\n"], "data.csv"));
    expect(table.columns).toEqual(["row_idx", "row", "truncated_cells"]);
  });
});

describe("what is not in order is named", () => {
  const line = (own: string, label: unknown) =>
    jsonLines([
      { text: other, label: [[13, 17, "LOC"]] },
      { text: own, label },
    ]);
  it.each([
    [
      "a span behind the text",
      line("Kiel", [[0, 9, "LOC"]]),
      'row 2, column "label": The row has a span LOC from 0 to 9, and its text has 4 characters',
    ],
    ["a span without a character", line("Kiel", [[2, 2, "LOC"]]), "row 2.*a span LOC from 2 to 2"],
    [
      "a span whose text is elsewhere",
      line("Lund Kiel", [{ start: 0, end: 4, text: "Kiel", label: "LOC" }]),
      'row 2.*a span LOC for "Kiel", but "Lund" stands from 0 to 4',
    ],
    ["something else than spans", line("Kiel", [[0, "x"]]), "row 2.*no list of spans"],
  ])("%s", async (_, content, message) => {
    await expect(openTable(new File([content], "data.jsonl"))).rejects.toThrow(new RegExp(message));
  });

  it("a CoNLL line with another number of fields", async () => {
    const content = `${"Anna B-PER\nleft O\n\n".repeat(300)}Ole\nslept O\n`;
    await expect(openTable(new File([content], "data.conll"))).rejects.toThrow(
      'data.conll, row 901: The line has 1 field, and others have 2: "Ole".',
    );
  });

  it("a CoNLL line with another number of fields near the beginning", async () => {
    const content = `Anna B-PER\nleft O\n\nOle\nslept O\n${"\nAnna B-PER\nleft O\n".repeat(9)}`;
    await expect(openTable(new File([content], "data.txt"))).rejects.toThrow(
      'data.txt, row 4: The line has 1 field, and others have 2: "Ole".',
    );
  });

  it("a line of fastText without a text", async () => {
    const content = `${"__label__pos good film\n".repeat(30)}__label__neg\n`;
    await expect(openTable(new File([content], "data.txt"))).rejects.toThrow("row 31: The line has labels and no text");
  });

  it("one word a row without sentences", async () => {
    const table = await openTable(new File(["word,tag\nAnna,B-PER\nleft,O\nOle,B-PER\n"], "words.csv"));
    expect(table.rows).toHaveLength(3);
    expect(table.notices.join()).toContain("nothing says where a sentence ends");
  });
});

describe("what is no such file stays as it is", () => {
  it.each([
    ["a table of sentences and tags", "tokens,tags\nAnna left,B-PER O\nIt rained,O O\n"],
    ["a text and a label of several rows apart", "text,label\na b,x\n\nc d,y\n"],
    ["a column called sentence", "sentence,label\nAnna left,x\nOle slept,y\n"],
    ["answers that are no Prodigy's", "text,answer\na,accept\nb,maybe\n"],
    ["curly braces in texts", 'text,label\n"{""choices"": 3}",x\nb,y\n'],
  ])("%s", async (_, content) => {
    const table = await openTable(new File([content], "data.csv"));
    expect(table.columns).toEqual(content.split("\n")[0]!.split(","));
    expect(table.notices.filter((notice) => !/skipped/.test(notice))).toEqual([]);
  });
});

describe("words and places", () => {
  it("characters outside of the basic plane are one in Python's count", () => {
    const label = "LOC";
    expect(placeSpans("😀 Kiel", [{ start: 2, end: 6, label, text: null }])).toMatchObject([{ start: 3, end: 7 }]);
    expect(placeSpans("😀 Kiel", [{ start: 2, end: 6, label, text: "Kiel" }])).toMatchObject([{ start: 3, end: 7 }]);
    expect(placeSpans("😀 Kiel", [{ start: 3, end: 7, label, text: "Kiel" }])).toMatchObject([{ start: 3, end: 7 }]);
  });

  it("every word stands where it says", () => {
    const own = ' ("Ada" met—Bob), 3.5 % …  ';
    for (const { text: word, start, end } of placedWords(own)) expect(own.slice(start, end)).toBe(word);
    expect(wordsOf(own)).toEqual(["(", '"', "Ada", '"', "met—Bob", ")", ",", "3.5", "%", "…"]);
  });

  it("a text of punctuation alone is split in one pass", () => {
    expect(wordsOf("!".repeat(200_000))).toHaveLength(200_000);
  });
});
