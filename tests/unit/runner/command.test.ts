import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { main } from "../../../bin/headless/command";
import { ConfigurationError } from "../../../bin/headless/files";

const HUB = "https://huggingface.co";

let output = "";
let errors = "";

beforeEach(() => {
  output = "";
  errors = "";
  vi.stubEnv("HF_ENDPOINT", undefined);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += text;
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    errors += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("the command line", () => {
  test.each(["auto", "processor", "hardware", "software"])("hands configuration, folder and %s on", async (adapter) => {
    const run = vi.fn(async () => true);
    expect(await main(["run", "a.json", "--out", "results", "--adapter", adapter], run)).toBe(0);
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", { out: "results", adapter, endpoint: HUB });
  });

  test("hands on which type merged models get", async () => {
    const run = vi.fn(async () => true);
    expect(await main(["run", "a.json", "--out", "results", "--merged", "bfloat16"], run)).toBe(0);
    const options = { out: "results", adapter: "auto", endpoint: HUB, merged: "bfloat16" };
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", options);
  });

  test("hands on which runs are summed, and refuses weights that are none", async () => {
    const run = vi.fn(async () => true);
    const given = ["run", "a.json", "--out", "results", "--sum", '{"a": 0.5, "b": -1}', "--combination", "linear"];
    expect(await main(given, run)).toBe(0);
    const options = { out: "results", adapter: "auto", endpoint: HUB, sum: { a: 0.5, b: -1 }, combination: "linear" };
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", options);
    for (const weights of ["{", '{"a": 1}', '{"a": "half", "b": 1}', '{"a": 1, "b": 1, "__proto__": 1}']) {
      expect(await main(["run", "a.json", "--out", "results", "--sum", weights], run)).toBe(2);
    }
    expect(errors).toMatch(/JSON with at least two runs/);
  });

  test("hands on what is asked of the trained runs", async () => {
    const run = vi.fn(async () => true);
    const given = ["--predict", "new.csv", "--adapter-column", "shop", "--slices", "country", "--forgetting"];
    expect(await main(["run", "a.json", "--out", "results", ...given], run)).toBe(0);
    const extras = { predict: "new.csv", adapterColumn: "shop", slices: "country", forgetting: true };
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", {
      out: "results",
      adapter: "auto",
      endpoint: HUB,
      ...extras,
    });
  });

  test("leaves the adapter to the machine by default", async () => {
    const run = vi.fn(async () => true);
    await main(["run", "a.json", "--out", "results"], run);
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", { out: "results", adapter: "auto", endpoint: HUB });
  });

  test.each([
    ["", [], HUB],
    ["http://mirror/", [], "http://mirror"],
    ["http://mirror", ["--endpoint", "http://localhost:8080/hub/"], "http://localhost:8080/hub"],
  ])("asks HF_ENDPOINT=%s with %j at %s", async (variable, more, endpoint) => {
    vi.stubEnv("HF_ENDPOINT", variable);
    const run = vi.fn(async () => true);
    expect(await main(["run", "a.json", "--out", "results", ...more], run)).toBe(0);
    expect(run).toHaveBeenCalledExactlyOnceWith("a.json", { out: "results", adapter: "auto", endpoint });
  });

  test("refuses an HF_ENDPOINT that is no address", async () => {
    vi.stubEnv("HF_ENDPOINT", "huggingface.co");
    expect(await main(["run", "a.json", "--out", "results"])).toBe(2);
    expect(errors).toMatch(/HF_ENDPOINT.*must be an http or https address/s);
  });

  test("ends with 1 when a run did not finish", async () => {
    expect(await main(["run", "a.json", "--out", "results"], async () => false)).toBe(1);
  });

  test("ends with 1 and the message when the comparison breaks", async () => {
    const run = async () => {
      throw new Error("no browser");
    };
    expect(await main(["run", "a.json", "--out", "results"], run)).toBe(1);
    expect(errors).toBe("no browser\n");
  });

  test("ends with 2 and the plain message when the configuration is wrong", async () => {
    const run = async () => {
      throw new ConfigurationError('training: unknown key "stepz"');
    };
    expect(await main(["run", "a.json", "--out", "results"], run)).toBe(2);
    expect(errors).toBe('training: unknown key "stepz"\n');
  });

  test("ends with 2 when the configuration file is missing, before anything is built", async () => {
    expect(await main(["run", "missing/config.json", "--out", "results"])).toBe(2);
    expect(errors).toContain("missing/config.json could not be read");
  });

  test.each([
    [["run", "a.json"], "--out"],
    [["run", "--out", "results"], "config.json"],
    [["run", "a.json", "--out", "results", "--adapter", "fast"], "auto, processor, hardware, software"],
    [["run", "a.json", "--out", "results", "--endpoint", "hub"], "must be an http or https address"],
    [["run", "a.json", "b.json", "--out", "results"], "too many arguments"],
    [["walk"], "unknown command"],
    [["report"], "missing required argument 'DIR'"],
    [["report", "missing"], "There is no folder"],
  ])("%j is refused with 2 and says why", async (commandLine, said) => {
    const run = vi.fn(async () => true);
    expect(await main(commandLine, run)).toBe(2);
    expect(errors).toContain(said);
    expect(run).not.toHaveBeenCalled();
  });

  test("explains itself", async () => {
    expect(await main(["run", "--help"])).toBe(0);
    for (const word of [
      "config.json",
      "--out",
      "--adapter",
      "--endpoint",
      "HF_TOKEN",
      "HF_ENDPOINT",
      "metrics.jsonl",
      "summary.json",
      "Exit codes",
    ]) {
      expect(output).toContain(word);
    }
  });
});

describe("scores without training", () => {
  const required = ["--rows", "no-such-rows.csv", "--with", "frozen", "--out", "no-such-scores.csv"];

  test.each([
    [["score"], /missing required argument|required option/],
    [["score", "a.json", ...required.slice(2)], /--rows/],
    [["score", "a.json", ...required, "--reading", "aloud"], /Allowed choices are answer, language/],
    [["score", "no-such.json", ...required], /no-such\.json/],
    [["score", "package.json", ...required], /--rows: there is no file .*no-such-rows\.csv/],
    [
      ["score", "package.json", ...required, "--rows", "package.json", "--out", "README.md"],
      /README\.md is there already/,
    ],
    [["score", "package.json", ...required, "--rows", "package.json", "--out", "no/such.csv"], /no folder .*no/],
    [["score", "package.json", ...required, "--rows", "package.json", "--with", "no-such"], /no folder .*no-such/],
  ])("%j is refused before anything is opened", async (commandLine, message) => {
    expect(await main(commandLine)).toBe(2);
    expect(errors).toMatch(message);
  });
});
