/** Each line of the check of the data, by small tables that hold what it is about, or do not. */

import { describe, expect, test } from "vitest";
import { type CheckId, type CheckLine, checkIds, personalDataIn } from "../../../src/data/check/check";
import { checkData } from "../../../src/data/check/check-data";
import type { CheckedModel } from "../../../src/data/check/facts";
import { kindsIn, loadFinders } from "../../../src/data/check/personal-data";
import { buildDataset } from "../../../src/data/dataset";
import { formats, guessTask } from "../../../src/data/formats/registry";
import { readTable } from "../../../src/data/table";
import { tokenizeExamples } from "../../../src/data/tokens";
import type { DataSettings } from "../../../src/data/types";

/** A token for every word of at most eight Latin letters, else one for every two bytes of UTF-8. */
const piecesOf = (word: string): number[] =>
  /^[a-z]{1,8}$/i.test(word) ? [2] : Array.from({ length: Math.ceil(Buffer.byteLength(word) / 2) }, () => 2);
const tokenizer = {
  ...{ trailingSpecials: 0, eosId: 1, unknownId: 0 },
  encode: (text: string, pair?: string | null) =>
    [text, pair ?? ""].flatMap((one) => one.split(/\s+/).filter(Boolean)).flatMap(piecesOf),
  encodeWords(words: readonly string[]) {
    const wordOf = words.flatMap((word, index) => piecesOf(word).map(() => index));
    return { ids: wordOf.map(() => 2), wordOf };
  },
};
const model: CheckedModel = { tokenizer, contextLength: 64 };

const csv = (rows: readonly string[], head = "text,label") => new File([[head, ...rows, ""].join("\n")], "data.csv");
/** English sentences, all different, one for each label in turn. */
const TOPICS = ["the garden behind the house", "a long walk to the station", "the price of bread this week"];
const sentences = (count: number, labels: readonly string[]) =>
  Array.from(
    { length: count },
    (_, n) => `We talked about ${TOPICS[n % TOPICS.length]} on day ${n},${labels[n % labels.length]}`,
  );

interface Opened {
  train: File;
  test?: File;
  settings?: Partial<DataSettings>;
}

async function check({ train: file, test: testFile, settings: given = {} }: Opened) {
  const train = await readTable(file);
  const tables = { train, validation: null, test: testFile ? await readTable(testFile) : null };
  const settings: DataSettings = {
    ...{ ...guessTask(train), maxLength: 32, validationFraction: 0.2, test: testFile ? null : 0.2 },
    ...given,
  };
  const dataset = buildDataset(tables, { ...settings, seed: 0 });
  const examples = [...dataset.train, ...dataset.validation, ...dataset.test];
  const tokenized = await tokenizeExamples(examples, formats[settings.task].encode, tokenizer, settings);
  const found = await checkData({ tables, settings, dataset, tokenized, model });
  const lineOf = (id: CheckId): CheckLine => found.lines.find((line) => line.id === id)!;
  return { found, lineOf, dataset };
}

test("a file with nothing to be looked at has good lines only, each once", async () => {
  const { found } = await check({ train: csv(sentences(90, ["garden", "walk", "price"])) });
  expect(found.lines.filter(({ isGood }) => !isGood)).toEqual([]);
  const ids = found.lines.map(({ id }) => id);
  expect(ids).toEqual(checkIds.filter((id) => ids.includes(id)));
  expect(personalDataIn(found)).toBeNull();
});

describe("majority", () => {
  test("most rows have one label", async () => {
    const labels = ["ham", "ham", "ham", "ham", "spam"];
    const { lineOf, found } = await check({ train: csv(sentences(100, labels)) });
    expect(lineOf("majority")).toMatchObject({
      isGood: false,
      said: '80 % of the rows are "ham": always saying so is 80 % right. Accuracy hides that; macro F1 counts every label alike.',
      actions: [{ kind: "metric", title: "Compare by macro F1", metric: "f1" }],
    });
    // What is worth a look stands first.
    expect(found.lines[0]!.id).toBe("majority");
  });

  test("words of a tagged file", async () => {
    const { lineOf } = await check({
      train: csv(
        Array.from({ length: 30 }, (_, n) => `Ada saw York ${n} times,B-PER O B-LOC O O`),
        "tokens,tags",
      ),
    });
    expect(lineOf("majority")).toMatchObject({ isGood: true, actions: [] });
    expect(lineOf("majority").said).toContain('The commonest tag is "O", with 60 % of the words');
  });
});

describe("rare labels", () => {
  test("few rows, and none in a part", async () => {
    const rows = [...sentences(60, ["walk", "price"]), "A rare one about rain,rain", "Another about rain,rain"];
    const { lineOf } = await check({ train: csv(rows), settings: { test: null } });
    expect(lineOf("rare-labels")).toMatchObject({ isGood: false });
    expect(lineOf("rare-labels").said).toMatch(/1 label has fewer than 10 training rows \("rain": [12]\)/);
  });

  test("a tag that no word of a part has", async () => {
    const rows = [...Array.from({ length: 30 }, (_, n) => `Ada slept ${n} hours,B-PER O O O`), "Lund slept,B-LOC O"];
    const { lineOf } = await check({ train: csv(rows, "tokens,tags") });
    expect(lineOf("rare-labels").said).toMatch(/o (training|validation|test) word has the tag "B-LOC"/);
  });
});

test.each<[what: string, text: string, said: RegExp | null]>([
  [
    "UTF-8 that was read as Windows-1252",
    "The cafÃ© of MÃ¼ller",
    /^Texts have letters .*such as Ã© for é\) in 2 rows\./,
  ],
  ["quotes that were", "It â€œwasâ€\u009d so", /letters that were read in a wrong encoding/],
  ["Cyrillic that was", "ÐŸÑ€Ð¸Ð²ÐµÑ‚", /letters that were read in a wrong encoding/],
  ["lost letters", "A caf\uFFFD here", /^Texts have signs in place of letters that were lost \(U\+FFFD\) in 2 rows/],
  ["codes of HTML", "Tom &amp; Jerry &#39;s &nbsp;", /^Texts have codes of HTML \(such as &amp; for &\) in 2 rows/],
  ["codes of a terminal", "A \u001b[31mred\u001b[0m word", /^Texts have control characters in 2 rows/],
  ["a byte order mark", "A \uFEFFtext", /^Texts have byte order marks in 2 rows/],
  ["two kinds", "Tom &amp; the cafÃ©", /wrong encoding .* in 2 rows; codes of HTML .* in 2 rows\. They are learned/],
  ["letters that are right", "Ânimo em São Paulo Āfrika & ÅÄÖ; R&D; 5 & 6 € “so” café", null],
])("%s in texts", async (_, text, said) => {
  const rows = [...sentences(60, ["walk", "price"]), `One ${text},walk`, `Two ${text},price`];
  const { lineOf } = await check({ train: csv(rows) });
  const line = lineOf("damaged-letters");
  if (said === null) expect(line).toMatchObject({ isGood: true, rowCount: 0 });
  else expect(line).toMatchObject({ isGood: false, rowCount: 2, said: expect.stringMatching(said) });
});

test("halves of characters, which JSON can hold", async () => {
  const rows = sentences(60, ["walk", "price"]).map((row, n) => {
    const [text, label] = row.split(",");
    return JSON.stringify({ text: `${text}${n < 2 ? " \ud83d" : ""}`, label });
  });
  const { lineOf } = await check({ train: new File([rows.join("\n")], "data.jsonl") });
  const said = expect.stringMatching(/^Texts have halves of characters, which are read as U\+FFFD in 2 rows/);
  expect(lineOf("damaged-letters")).toMatchObject({ isGood: false, rowCount: 2, said });
});

test("labels that say nothing are to be named, and are once they are", async () => {
  const train = () => csv(sentences(60, ["0", "1"]));
  const { lineOf } = await check({ train: train() });
  expect(lineOf("plain-labels")).toMatchObject({
    isGood: false,
    actions: [{ kind: "name-labels", title: "Name them" }],
  });
  expect(lineOf("plain-labels").said).toMatch(/^The labels are "0", "1", which says nothing of the task/);
  const named = await check({ train: train(), settings: { labelNames: { 0: "wrong", 1: "right" } } });
  expect(named.lineOf("plain-labels")).toMatchObject({ isGood: true });
  expect(named.lineOf("majority").said).toMatch(/"(right|wrong)"/);
  // Class ids stay what they are.
  expect(named.dataset.labels).toEqual(["wrong", "right"]);
});

test("words for a missing value can be left out", async () => {
  const rows = [...sentences(60, ["walk", "price"]), "What is this,nan", "And what is that,nan"];
  const { lineOf } = await check({ train: csv(rows) });
  const line = lineOf("missing-words");
  expect(line.said).toMatch(/^"nan" is learned as a label/);
  expect(line.rows.map(({ row, given }) => [row, given])).toEqual(
    expect.arrayContaining([
      [62, "nan"],
      [63, "nan"],
    ]),
  );
  expect(line.actions).toMatchObject([{ kind: "changes", title: "Leave out 2 rows" }]);
  const [action] = line.actions;
  const changes = action?.kind === "changes" ? action.changes : [];
  const after = await check({ train: csv(rows), settings: { changes } });
  expect(after.lineOf("missing-words").isGood).toBe(true);
});

test.each<[string, string[], string | null]>([
  ["SNLI's −1 beside three classes", [...sentences(60, ["0", "1", "2"]), "Who knows,-1", "And who does,-1"], "-1"],
  ["−100, however many rows have it", sentences(60, ["0", "1", "-100"]), "-100"],
  ["a rare −1 beside two classes", [...sentences(120, ["0", "1"]), "Who knows,-1", "And who does,-1"], "-1"],
  ["−1 as the third answer", sentences(60, ["0", "1", "-1"]), null],
  ["−1 and 1", sentences(60, ["-1", "1"]), null],
  ["ratings about zero", sentences(60, ["-2", "-1", "0", "1", "2"]), null],
])("numbers that stand for no label: %s", async (_, rows, found) => {
  const { lineOf } = await check({ train: csv(rows), settings: { task: "sequence-classification" } });
  const { isGood, said, actions } = lineOf("missing-words");
  expect(isGood).toBe(found === null);
  if (found === null) return;
  expect(said).toMatch(new RegExp(`^"${found}" is learned as a label`));
  expect(actions).toMatchObject([{ kind: "changes", title: expect.stringMatching(/^Leave out \d+ rows?$/) }]);
});

test("a sum below the table can be left out", async () => {
  const rows = sentences(60, ["1.5", "2", "3.25"]);
  const found = async (lines: string[]) => {
    const checked = await check({ train: csv(lines), settings: { task: "regression" } });
    return checked.found.lines.find(({ id }) => id === "sum-row");
  };
  expect(await found([...rows, "Total,135"])).toMatchObject({
    said: 'The last row reads "Total", as a sum below a table does, and is learned like any other.',
    actions: [{ kind: "changes", title: "Leave it out", changes: [{ row: 62, leaveOut: true }] }],
  });
  expect(await found([...rows, "Total recall is a film,2"])).toBe(undefined);
  expect(await found([...rows.slice(0, 30), "Total,2", ...rows.slice(30)])).toBe(undefined);
  expect(await found([...rows.slice(0, 30), "Total,2", ...rows.slice(30), "Sum,2"])).toBe(undefined);
});

test("labels that look alike can be written in one way", async () => {
  const rows = [...sentences(60, ["walk", "price"]), "One more about bread,Price", "And bread again,Price"];
  const { lineOf } = await check({ train: csv(rows) });
  const { said, actions } = lineOf("alike-labels");
  expect(said).toContain('The labels "Price" and "price" look alike');
  const [action] = actions;
  const changes = action?.kind === "changes" ? action.changes : [];
  expect([...changes].sort((a, b) => a.row - b.row)).toEqual([
    { row: 62, label: "price" },
    { row: 63, label: "price" },
  ]);
  const after = await check({ train: csv(rows), settings: { changes } });
  expect(after.lineOf("alike-labels").isGood).toBe(true);
});

describe("equal texts", () => {
  const rows = [...sentences(40, ["walk", "price"]), "Same text,walk", "same  Text,price", "Same text,walk"];

  test("with two answers, all rows of the text shown", async () => {
    const { lineOf } = await check({ train: csv(rows) });
    const line = lineOf("contradictions");
    expect(line.said).toMatch(/^1 row has the text of an earlier row and another answer \(row 43\)/);
    expect(line.rowCount).toBe(3);
    expect(line.rows.map(({ row, given }) => `${row} ${given}`)).toEqual(["42 walk", "43 price", "44 walk"]);
  });

  test("that repeat, to be left out but for the first", async () => {
    const { lineOf } = await check({ train: csv(rows) });
    const line = lineOf("repeats");
    expect(line.said).toMatch(/^1 text is there more than once, which makes 2 rows \(4\.65 %\) repeats\./);
    expect(line.actions).toEqual([
      {
        ...{ kind: "changes", title: "Leave out 2 repeats" },
        changes: [
          { row: 43, leaveOut: true },
          { row: 44, leaveOut: true },
        ],
      },
    ]);
    expect(lineOf("shared-texts")).toMatchObject({ isGood: true });
    expect(lineOf("shared-texts").said).toBe("No text is in two parts. Equal texts are kept in one part.");
  });

  test("that are many: each of them is listed, and left out with the others", async () => {
    const many = Array.from({ length: 260 }, () => "Again and again,walk");
    const { lineOf } = await check({ train: csv([...sentences(60, ["walk", "price"]), ...many]) });
    const { rows: all, rowCount, actions } = lineOf("repeats");
    expect(rowCount).toBe(260);
    expect(all.map(({ row }) => row)).toEqual(many.map((_, n) => 62 + n));
    const [action] = actions;
    expect(action?.title).toBe("Leave out 259 repeats");
    expect(action?.kind === "changes" && action.changes).toHaveLength(259);
  });

  test("in a test file of one's own", async () => {
    const { lineOf } = await check({
      train: csv(sentences(40, ["walk", "price"])),
      test: new File([`text,label\n${sentences(3, ["walk", "price"]).join("\n")}\nA new one,price\n`], "later.csv"),
    });
    const { said, actions } = lineOf("shared-texts");
    expect(said).toMatch(
      /^3 of 4 test rows have the text of a training or validation row \(rows 2, 3, 4 of later\.csv\)/,
    );
    const [action] = actions;
    expect(action?.kind === "changes" && action.changes[0]).toEqual({ file: "test", row: 2, leaveOut: true });
  });
});

describe("cut texts", () => {
  const long = (words: number) => `${Array.from({ length: words }, () => "word").join(" ")},`;
  const rows = Array.from(
    { length: 40 },
    (_, n) => `${long(n % 2 ? 20 : 50).slice(0, -1)} n${n},${n % 4 < 2 ? "walk" : "price"}`,
  );

  test("say the length that holds nearly all", async () => {
    const { lineOf } = await check({ train: csv(rows) });
    expect(lineOf("cut-texts").said).toMatch(
      /^20 texts of 40 \(50 %\) are cut to 32 tokens; the longest has 5\d\. 56 would/,
    );
    expect(lineOf("cut-texts").actions).toEqual([
      { kind: "settings", title: "Raise to 56", settings: { maxLength: 56 } },
    ]);
  });

  test("offer no more than the model reads", async () => {
    const longer = rows.map((row) => `${long(40).slice(0, -1)} ${row}`);
    const { lineOf } = await check({ train: csv(longer) });
    expect(lineOf("cut-texts").said).toMatch(/95 % would need \d+, and the model reads 64 at most\.$/);
    expect(lineOf("cut-texts").actions).toMatchObject([{ title: "Raise to 64" }]);
  });
});

describe("language", () => {
  test("that the model's vocabulary was made for", async () => {
    const { lineOf } = await check({ train: csv(sentences(60, ["walk", "price"])) });
    expect(lineOf("language")).toMatchObject({ isGood: true });
    expect(lineOf("language").said).toMatch(/^100 % of the texts are English \(Latin letters\)/);
  });

  test.each([
    ["German", "Latin", "Wir verbrachten gestern wunderschöne Nachmittagsstunden zusammen im Blumengarten"],
    ["Russian", "Cyrillic", "Вчера вечером мы долго разговаривали о весеннем саде и железнодорожной станции"],
    ["Chinese", "Han", "昨天下午我们在花园里谈论了面包的价格和火车站的事情"],
  ])("that it was not made for: %s", async (name, script, text) => {
    const rows = Array.from({ length: 40 }, (_, n) => `${text} ${n},${n % 2 ? "walk" : "price"}`);
    const { lineOf } = await check({ train: csv(rows), settings: { maxLength: 64 } });
    expect(lineOf("language").isGood).toBe(false);
    expect(lineOf("language").said).toMatch(
      new RegExp(`of the texts are ${name} \\(${script} letters\\)\\. The model makes`),
    );
  });

  test("two of them, and texts too short to tell", async () => {
    const mixed = [
      ...sentences(40, ["walk", "price"]),
      ...Array.from({ length: 10 }, (_, n) => `Gestern waren wir lange zusammen im Garten am Bahnhof ${n},walk`),
    ];
    const { lineOf } = await check({ train: csv(mixed) });
    expect(lineOf("language").said).toMatch(/^80 % of the texts are English, 20 % German/);
    const short = Array.from({ length: 40 }, (_, n) => `${1000 + n},${n % 2 ? "walk" : "price"}`);
    const settings: Partial<DataSettings> = {
      ...{ task: "sequence-classification", columns: { text: "text", textPair: null, label: "label" } },
    };
    const { lineOf: ofShort } = await check({ train: csv(short), settings });
    expect(ofShort("language").said).toBe("The texts are too short to tell their language.");
  });
});

describe("personal data", () => {
  test.each<[kind: string, text: string]>([
    ["e-mail address", "write to ada.lovelace+notes@mail.example.org today"],
    ["e-mail address", "jörg@büro.example.de wartet"],
    ["telephone number", "call +49 171 1234567 before noon"],
    ["telephone number", "our number is (213) 373-4253"],
    ["IBAN", "pay to DE89 3704 0044 0532 0130 00 PLEASE"],
    ["IBAN", "GB82WEST12345698765432"],
    ["card number", "my card is 4111 1111 1111 1111, thanks"],
    ["IP address", "seen from 93.184.216.34 at night"],
    ["IP address", "over 2001:db8:85a3:8d3:1319:8a2e:370:7348"],
  ])("%s: %s", async (kind, text) => {
    expect(kindsIn(text, await loadFinders())).toEqual([kind]);
  });

  test.each([
    "at 12:30:45 on 2024-01-31, version 1.2.3",
    "std::vector<int>::iterator, dead::beef",
    "4111 1111 1111 1112 is no card by its last digit",
    "DE89 3704 0044 0532 0130 01 is no IBAN by its check digits",
    "the router is 192.168.0.1, or 127.0.0.1, or 999.1.1.1",
    "@home and me@ and the price is 100.000.000 euros",
    "items 1 2 3 4 5 6 7 8 9",
    "",
  ])("none in: %s", async (text) => {
    expect(kindsIn(text, await loadFinders())).toEqual([]);
  });

  test("is said with the rows, and before anything is handed on", async () => {
    const rows = [
      ...sentences(40, ["walk", "price"]),
      "Mail ada@example.org please,walk",
      "Call +49 171 1234567,price",
    ];
    const { lineOf, found } = await check({ train: csv(rows) });
    expect(personalDataIn(found)).toBe(lineOf("personal-data"));
    expect(lineOf("personal-data").said).toMatch(
      /^Texts hold what looks like personal data: (e-mail addresses|telephone numbers) in 1 row, /,
    );
    expect(
      lineOf("personal-data")
        .rows.map(({ row }) => row)
        .sort(),
    ).toEqual([42, 43]);
    // Nothing of a text is in a sentence.
    expect(found.lines.map(({ said }) => said).join()).not.toMatch(/ada@|1234567/);
  });
});

test("100,000 rows are gone through in linear time, and others have their turn meanwhile", async () => {
  const rows = Array.from(
    { length: 100_000 },
    (_, n) => `Order ${n} of ${TOPICS[n % 3]} cost ${n % 97} euros,${n % 2 ? "walk" : "price"}`,
  );
  const train = await readTable(csv(rows));
  const tables = { train, validation: null, test: null };
  const settings: DataSettings = { ...guessTask(train), maxLength: 32, validationFraction: 0.1, test: 0.1 };
  const dataset = buildDataset(tables, { ...settings, seed: 0 });
  let turns = 0;
  let isDone = false;
  const others = (async () => {
    while (!isDone) {
      turns++;
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const { lines } = await checkData({ tables, settings, dataset, tokenized: [], model: null });
  isDone = true;
  await others;
  expect(lines.find(({ id }) => id === "repeats")?.isGood).toBe(true);
  expect(turns).toBeGreaterThan(10);
});
