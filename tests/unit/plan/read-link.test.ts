/** What an address holds is checked before it is used; what does not fit is named. */

import { describe, expect, it } from "vitest";
import { approaches } from "../../../src/methods/registry";
import { familyOf } from "../../../src/models/registry";
import { readLink } from "../../../src/plan/read-link";
import { fixtureJson } from "../../fixtures/reference";

const config = await fixtureJson("models/tiny-llama/config.json");
const family = familyOf(config);
const model = { family, config: family.readConfig(config) };
const lora = (fields: object = {}) => ({ name: "LoRA", method: "lora", options: {}, ...fields });
const link = (fields: object) => readLink({ training: {}, runs: [lora()], ...fields }, model);

describe("a link", () => {
  it("that fits is taken as it is, and what it leaves out stays as it was", () => {
    const columns = { text: "sentence", label: "mood" };
    const data = { task: "sequence-classification", columns, test: { folds: 3 }, group: "author" };
    const read = link({
      data,
      training: { steps: 7, learningRate: "search" },
      runs: [lora({ options: { rank: 4 }, learningRate: 0.01 })],
    });
    expect(read).toEqual({
      data: { ...data, columns: { text: "sentence", textPair: null, label: "mood" } },
      training: { steps: 7, learningRate: "search" },
      runs: [{ run: lora({ options: { rank: 4 }, learningRate: 0.01 }), problems: {} }],
      leftOut: [],
    });
  });

  it("names base model and sample, or that they are somebody's own; what does not fit is said", () => {
    const source = { source: "bundled:tiny-base", precision: "float32" };
    const data = { task: "sequence-classification", columns: { text: "a", label: "b" }, maxLength: 20 };
    const read = link({ model: source, data: { ...data, validationFraction: 0.2, sample: "questions" } });
    expect(read).toMatchObject({
      model: source,
      data: { maxLength: 20, validationFraction: 0.2, sample: "questions" },
    });
    expect(link({ model: null, data: { ...data, sample: null } })).toMatchObject({
      model: null,
      data: { sample: null },
    });
    expect(link({ data })).not.toHaveProperty("model");
    const odd = link({ model: { source: "dir:mine" } });
    expect(odd).not.toHaveProperty("model");
    expect(odd.leftOut).toEqual([
      expect.stringMatching(/^The base model in this address cannot be used: source: .*bundled: or hf:/),
    ]);
  });

  it.each([
    ["runs that are null", { training: {}, runs: null }],
    ["runs that are a text", { training: {}, runs: "LoRA" }],
    ["no training", { runs: [] }],
    ["a list", []],
    ["a number", 3],
    ["null", null],
  ])("of %s is none", (_, content) => {
    expect(() => readLink(content, model)).toThrow(
      "The configuration in this address is cut off or damaged; ask for the link again.",
    );
  });

  it.each([
    [
      { seeds: 1000000000 },
      "The training in this address cannot be used: seeds: must be at most 10, and is 1000000000.",
    ],
    [
      { learningRateFactors: "x" },
      'The training in this address cannot be used: learningRateFactors: must be a list, and is "x".',
    ],
    [{ batchsize: 4 }, 'The training in this address cannot be used: it has no "batchsize"; did you mean batchSize?'],
    [{ steps: "9" }, 'The training in this address cannot be used: steps: must be a number, and is "9".'],
  ])("training %j is left out and said; the runs stay", (training, said) => {
    const read = link({ training });
    expect(read.leftOut).toEqual([said]);
    expect(read.training).toEqual({});
    expect(read.runs).toHaveLength(1);
  });

  it.each([
    [{ task: "constructor", columns: {} }, /task: must be one of .*, and is "constructor"; did you mean /],
    [{ task: "regression", columns: { constructor: "a" } }, /columns.*regression has no "constructor"; it has /],
    [{ task: "regression", columns: [] }, /columns: must be an object, and is a list/],
    [{ columns: { text: 5, label: "mood" } }, /columns\.text: must be the name of a column/],
    [5, /it must be an object, and is 5/],
  ])("data %j are left out and said", (data, said) => {
    const read = link({ data });
    expect(read.data).toBeNull();
    expect(read.leftOut).toHaveLength(1);
    expect(read.leftOut[0]).toMatch(said);
  });

  it.each([
    [{ options: { r: 4 } }, { "": 'lora has no option "r"; did you mean rank?' }, {}],
    [{ options: { rank: "x" } }, { rank: 'rank: must be a number, and is "x".' }, {}],
    [{ options: { rank: {}, alpha: 4 } }, { rank: "rank: must be a number, and is an object." }, { alpha: 4 }],
    [{ options: "rank=4" }, { "": 'Its options must be an object, and are "rank=4".' }, {}],
    [{ learningRate: -1 }, { "": "learningRate: must be above 0, and is -1." }, {}],
    [{ frozenLayers: 1.5 }, { "": "frozenLayers: must be a whole number, and is 1.5." }, {}],
    [{ constructor: 1 }, { "": expect.stringMatching(/^it has no "constructor"; did you mean /) }, {}],
    // Addresses have no folders, and write a sweep as one run.
    [{ initFrom: "results/LoRA" }, { "": expect.stringMatching(/^it has no "initFrom"/) }, {}],
    [{ resume: true }, { "": expect.stringMatching(/^it has no "resume"/) }, {}],
    [{ sweptAs: { run: "L", over: ["rank"] } }, { "": expect.stringMatching(/^it has no "sweptAs"/) }, {}],
    // What is beyond the model's limits the estimate refuses on the card.
    [{ options: { rank: 1e6 } }, {}, { rank: 1e6 }],
    [{ options: { pattern: "(.*)*x" } }, {}, { pattern: "(.*)*x" }],
  ])("a run of %j is marked, and can be shown", (fields, problems, options) => {
    const [read] = link({ runs: [lora(fields)] }).runs;
    expect(read!.problems).toEqual(problems);
    expect(read!.run).toMatchObject({ name: "LoRA", method: "lora" });
    expect(read!.run.options).toEqual(options);
  });

  it.each([
    [null, "Run 1 of this address is none, and was left out."],
    ["lora", "Run 1 of this address is none, and was left out."],
    [
      { name: "Mine", method: "loar" },
      'The run "Mine" of this address was left out: this studio has no method "loar"; did you mean lora?',
    ],
    [
      { name: "Mine", method: "toString" },
      expect.stringContaining('this studio has no method "toString"; did you mean '),
    ],
    [{ name: "Mine" }, 'The run "Mine" of this address was left out: this studio has no method for it.'],
    [
      { name: 5, method: { id: 1 } },
      'The run "Run 1" of this address was left out: this studio has no method {"id":1}.',
    ],
  ])("a run %j is left out and named; the others stay", (run, said) => {
    const read = link({ runs: [run, lora()] });
    expect(read.leftOut.at(-1)).toEqual(said);
    expect(read.runs.map(({ run }) => run.name)).toEqual(["LoRA"]);
  });

  it("has no name with half of a character in it", () => {
    const names = [`${"a".repeat(59)}😀`, "😀".repeat(40), "\ud83d", "half \ude00"];
    const { runs, leftOut } = link({ runs: names.map((name) => lora({ name })) });
    expect(runs.map(({ run }) => run.name)).toEqual(["a".repeat(59), "😀".repeat(30), "Run 3", "Run 4"]);
    expect(leftOut).toEqual([
      `The name of run 1 in this address was cut to "${"a".repeat(59)}".`,
      `The name of run 2 in this address was cut to "${"😀".repeat(30)}".`,
      'The name of run 3 in this address cannot be used: it must not hold half of a character (U+D83D). It is "Run 3" here.',
      'The name of run 4 in this address cannot be used: it must not hold half of a character (U+DE00). It is "Run 4" here.',
    ]);
  });

  it.each([
    ["LoRA \u202egnp", "must not hold U+202E, which turns the order of the words around it"],
    ["two\nlines", "must not hold the control character U+000A"],
    ["__proto__", "must not be __proto__, which JavaScript keeps for itself"],
    ["  ", "must not be empty"],
    [5, "is none"],
  ])("has no run called %j: it goes by its place, which is said", (name, problem) => {
    const { runs, leftOut } = link({ runs: [lora(), lora({ name })] });
    expect(runs).toEqual([
      { run: lora(), problems: {} },
      { run: lora({ name: "Run 2" }), problems: {} },
    ]);
    expect(leftOut).toEqual([`The name of run 2 in this address cannot be used: it ${problem}. It is "Run 2" here.`]);
  });

  it("names __proto__ as a key, which a schema would drop without a word", () => {
    const key = 'must not have the key "__proto__", which JavaScript keeps for itself; give that another name';
    const json = `{
      "training": { "classWeights": { "__proto__": 2, "a": 1 } },
      "data": { "task": "sequence-classification", "columns": { "text": "a", "label": "b" }, "labelNames": { "__proto__": "no" } },
      "runs": [
        { "name": "A", "method": "lora", "options": { "__proto__": 4, "rank": 2 } },
        { "name": "B", "method": "lora", "options": { "rankPattern": { "__proto__": 4 }, "rank": 2 } },
        { "name": "C", "method": "lora", "options": {}, "sweep": { "__proto__": [1, 2], "rank": [1, 2] } }
      ]
    }`;
    const read = readLink(JSON.parse(json), model);
    expect(read.leftOut).toEqual([
      `How the file is read in this address cannot be used: labelNames: ${key}.`,
      `The training in this address cannot be used: classWeights: ${key}.`,
    ]);
    expect(read.runs).toEqual([
      {
        run: lora({ name: "A", options: { rank: 2 } }),
        problems: { "": expect.stringMatching(/^lora has no option "__proto__"/) },
      },
      { run: lora({ name: "B", options: { rank: 2 } }), problems: { rankPattern: `rankPattern: ${key}.` } },
      { run: lora({ name: "C" }), problems: { "": `sweep: ${key}.` } },
    ]);
  });

  it("whose mistakes are many says a few of them", () => {
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, 1]));
    const read = link({
      training: many,
      data: {
        task: "sequence-classification",
        columns: { text: "text", label: "label" },
        changes: Array.from({ length: 10_000 }, () => ({ row: -1 })),
      },
      runs: [lora(many), lora({ options: many }), lora({ options: Array.from({ length: 10_000 }, () => 1) })],
    });
    const said = [...read.leftOut, ...read.runs.flatMap(({ problems }) => Object.values(problems))];
    expect(said).toHaveLength(5);
    for (const line of said) expect(line.length).toBeLessThan(800);
    expect(read.runs[1]!.problems[""]).toMatch(/has no option "key2"; did you mean \w+\?, and 9997 more\.$/);
  });

  it("with more runs than anybody compares is cut", () => {
    const read = link({ runs: Array.from({ length: 20_000 }, () => lora()) });
    expect(read.runs).toHaveLength(100);
    expect(read.leftOut).toEqual(["This address has 20000 runs; the first 100 were taken."]);
  });

  it("marks no run of any method with its defaults", () => {
    const runs = approaches.map(({ id, title }) => ({ name: title, method: id, options: {} }));
    const read = link({ runs });
    expect(read.leftOut).toEqual([]);
    expect(read.runs.map(({ problems }) => problems)).toEqual(runs.map(() => ({})));
  });
});
