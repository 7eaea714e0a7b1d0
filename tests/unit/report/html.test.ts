/** The HTML report: what is in it, that it can do nothing, and that it gives nobody's rows away. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ReportFacts } from "../../../src/report/facts";
import { writeHtmlReport } from "../../../src/report/html";
import { reportFacts, reportRun, reportVerdict } from "./facts";

const decoded = (html: string) =>
  html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

/** What a reader sees of it, without the style. */
const textOf = (html: string) =>
  decoded(html.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, " ")).replace(/[ \n]+/g, " ");

describe("the report", () => {
  const html = writeHtmlReport(reportFacts());
  const text = textOf(html);

  test("says what was asked, the verdict, its figures and pairs", () => {
    expect(text).toContain("Which of LoRA and Examples has the highest accuracy on test rows of Complaints");
    expect(text).toContain("LoRA is best: 50.0\u00a0% accuracy on 300 test rows.");
    expect(text).toContain("Then the rest.");
    expect(text).toContain("40.0 % to 60.0 %");
    expect(text).toContain("LoRA Examples +25.0 points +20.0 points to +30.0 points < 0.001 < 0.001 yes exact McNemar");
    expect(text).toContain("guessing by the labels' shares 25.0 %, always saying the largest label 40.0 %");
  });

  test("has the runs, the data, hashes and versions, and how to repeat it", () => {
    expect(text).toContain("LoRA LoRA 0.001 11,328 2 0.5 finished");
    expect(text).toContain("800 training rows");
    expect(text).toContain("ill 600 (75.0 %) 75 (75.0 %) 75 (75.0 %)");
    for (const hash of ["aa11", "bb22", "cc33", "dd44"]) expect(text).toContain(hash);
    expect(text).toContain("Versions: studio 1.2.3.");
    expect(text).toContain("npm run studio -- run comparison.json --out results");
    const settings = decoded(html.slice(html.lastIndexOf("<pre><code>") + 11, html.lastIndexOf("</code></pre>")));
    expect(JSON.parse(settings)).toMatchObject({ version: 2, model: "bundled:small-base", training: { batchSize: 8 } });
  });

  test("says settings in the words of the form, not by the keys of the file", () => {
    const settings = text.slice(text.indexOf("Settings"), text.indexOf("Hashes and versions"));
    for (const line of ["Length not set", "Batch size 8", "Stop early after never", "Seeds per run 1"]) {
      expect(settings).toContain(line);
    }
    expect(settings).toContain("LoRA rank: 8");
    expect(settings).not.toMatch(/null|batchSize|leastWarmup|\[1\]/);
  });

  test("says of how many rows the curves are only where they are not of all", () => {
    const { configuration } = reportFacts();
    const training = { ...configuration.training, evalRows: 100 };
    const written = (validation: number) =>
      textOf(
        writeHtmlReport(
          reportFacts({
            configuration: { ...configuration, training },
            parts: { train: 800, validation, test: 100 },
          }),
        ),
      );
    expect(written(100)).not.toContain("Measured while training");
    expect(written(1500)).toContain("Measured while training on the same 100 of 1,500 rows");
  });

  test("has its curves as SVG with a title, axes with units and the names of lines", () => {
    const charts = html.match(/<figure>.*?<\/figure>/gs)!;
    expect(charts).toHaveLength(3);
    const [accuracy, validation] = charts.map(textOf);
    expect(accuracy).toMatch(/Accuracy on the validation rows .*Accuracy \(%\).*training step.*LoRA.*Examples/);
    expect(validation).toContain("loss (nats)");
    expect(charts[0]).toContain('aria-label="Accuracy on the validation rows. LoRA from 25 % to 75 %; Examples from');
  });

  test("is one file without a script, whose policy allows its own style alone", () => {
    expect(html).not.toMatch(/<script|javascript:|\son\w+=|<link|<img|<iframe|\shref=|\ssrc=|\sstyle=|url\(/i);
    const style = html.match(/<style>(.*?)<\/style>/s)![1]!;
    const sum = createHash("sha256").update(style).digest("base64");
    expect(html).toContain(
      `<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-${sum}&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;">`,
    );
    expect(html.indexOf("Content-Security-Policy")).toBeLessThan(html.indexOf("<style>"));
    expect(style).toContain("prefers-color-scheme:dark");
    expect(style).toContain("@media print");
  });

  test("has the same colours of runs as the page", () => {
    const tokens = readFileSync(new URL("../../../src/page/styles/tokens.css", import.meta.url), "utf8");
    for (const [, name, light, dark] of tokens.matchAll(/--(run-\d): light-dark\((#\w+), (#\w+)\)/g)) {
      // Light, dark, and light again on paper.
      expect([...html.matchAll(new RegExp(`--${name}:(#\\w+)`, "g"))].map(([, colour]) => colour)).toEqual([
        ...[light, dark, light],
      ]);
    }
  });

  test("gives a run the look that the page gives it, in tables and charts", () => {
    const classes = (runs: ReportFacts["runs"]) =>
      new Set(
        [...writeHtmlReport(reportFacts({ runs, verdict: null })).matchAll(/class="(?:key )?run-(\d)"/g)].map(
          ([, one]) => one,
        ),
      );
    expect(classes([reportRun("LoRA", { look: 4 }), reportRun("Head only", { look: 2 })])).toEqual(new Set(["5", "3"]));
    // The runner has no page.
    expect(classes([reportRun("LoRA"), reportRun("Head only")])).toEqual(new Set(["1", "2"]));
  });

  test("is the same for the same facts", () => {
    expect(writeHtmlReport(reportFacts())).toBe(html);
  });
});

describe("nothing of a row is in it", () => {
  const secret = "fever";
  const quoting: Partial<ReportFacts> = {
    notices: [
      'rows.csv: the first row looks like data ("fever today", "ill"), and is read as names.',
      'rows.csv, column "label": the labels "ill" and "well" look alike.',
      'rows.csv: "it said "fever" to me" is odd ("ill").',
    ],
    check: [
      { isGood: false, said: 'The labels "ill" and "Ill" look alike ("fever").' },
      { isGood: true, said: 'The commonest label is "ill".' },
    ],
  };

  test("unless rows are asked for", () => {
    const html = writeHtmlReport(reportFacts(quoting));
    expect(html).not.toContain(secret);
    expect(textOf(html)).toContain('the labels "ill" and "well" look alike');
    expect(textOf(html)).toContain("Check of the data");
    expect(textOf(html)).toContain('✓ The commonest label is "ill".');
    expect(textOf(html)).toContain('the first row looks like data ("…"), and is read as names.');
    expect(textOf(html)).toContain("Labelled examples before the input are left out here");
  });

  test("and where they are, it says so and has them", () => {
    const rows = [{ title: "First rows", columns: ["text", "label"], rows: [["<b>high fever</b>", "ill"]] }];
    const html = writeHtmlReport(reportFacts({ ...quoting, rows }));
    expect(html).toContain("&lt;b&gt;high fever&lt;/b&gt;");
    expect(textOf(html)).toContain('looks like data ("fever today", "ill")');
    expect(textOf(html)).toContain("Rows of the data are in this file, as was asked for.");
    expect(textOf(html)).toContain("The patient has a fever. = [ill]");
    expect(textOf(writeHtmlReport(reportFacts({ rows: [] })))).toContain("there are none here any more");
  });
});

test("every name that somebody chose is escaped", () => {
  const evil = `<script>alert('"&')</script>\u0000</style>`;
  const facts = reportFacts();
  const run = facts.configuration.runs[0]!;
  const html = writeHtmlReport(
    reportFacts({
      ...{ data: evil, model: evil, device: evil, versions: { [evil]: evil }, notices: [evil], unequal: [evil] },
      ...{
        failures: [evil],
        files: [{ file: evil, rows: 1 }],
        rows: [{ title: evil, columns: [evil], rows: [[evil]] }],
      },
      labels: [{ name: evil, train: 1, validation: 1, test: 1 }],
      identity: {
        tables: [{ part: "train", file: evil, fingerprint: evil }],
        ...{ rows: evil, model: { weights: evil, files: [{ name: evil, bytes: 1, sha256: evil }] } },
      },
      verdict: {
        ...reportVerdict,
        sentences: [evil],
        runs: reportVerdict.runs.map((judged) => ({ ...judged, run: evil })),
        pairs: reportVerdict.pairs.map((pair) => ({ ...pair, first: evil, second: evil })),
      },
      runs: [reportRun(evil, { method: evil, state: evil, reason: evil })],
      configuration: {
        ...facts.configuration,
        model: evil,
        data: { ...facts.configuration.data, train: evil, columns: { text: evil, label: evil } },
        runs: [{ ...run, name: evil, options: { [evil]: evil } }],
      },
    }),
  );
  expect(html).not.toMatch(/<script/i);
  expect(html).not.toContain("\0");
  expect(html.match(/<\/style>/g)).toHaveLength(1);
  // Tags are those of the report itself, each closed again.
  const open: string[] = [];
  for (const [, slash, name, rest] of html
    .replace(/^<!doctype html>/, "")
    .matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/gi)) {
    if (slash) expect(open.pop()).toBe(name);
    else if (name !== "meta" && !rest!.endsWith("/")) open.push(name!);
  }
  expect(open).toEqual([]);
});

describe("a comparison that failed", () => {
  test("has a report that says so", () => {
    const html = writeHtmlReport(
      reportFacts({
        ...{ verdict: null, failures: ["The comparison failed: device lost."], identity: null, parts: null },
        runs: [
          reportRun("LoRA", { state: "failed", reason: "out of memory", steps: 2 }),
          reportRun("Examples", {
            ...{ state: "waiting", steps: 0, seconds: 0, validation: null, test: null },
            curves: { steps: [], evaluations: [] },
          }),
        ],
      }),
    );
    const text = textOf(html);
    expect(text).toContain("The comparison failed: device lost.");
    expect(text).toContain("LoRA failed after 2 steps: out of memory.");
    expect(text).toContain("Examples did not finish: it is waiting, after 0 steps.");
    expect(text).toContain("There is no verdict: nothing could be judged.");
    expect(text).toContain("What the files' sums were is not known any more.");
    expect(html.match(/<figure>/g)).toHaveLength(3);
  });

  test("before anything was trained has no chart", () => {
    const nothing = { curves: { steps: [], evaluations: [] }, validation: null, test: null, steps: 0 };
    const html = writeHtmlReport(
      reportFacts({ verdict: null, runs: [reportRun("LoRA", { ...nothing, state: "failed" })] }),
    );
    expect(html).not.toContain("<figure>");
    expect(textOf(html)).toContain("LoRA failed after 0 steps.");
  });
});
