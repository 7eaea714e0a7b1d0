/**
 * The command line of the headless runner: arguments, help and exit codes. What a command does is
 * elsewhere.
 */

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import * as z from "zod";
import { version } from "../../package.json";
import { combinations } from "../../src/adapters/sum-lora";
import { checkedSettings } from "../../src/errors/checked-settings";
import { messageOf } from "../../src/errors/message-of";
import { HUB_ADDRESS } from "../../src/hub/hub-client";
import { storedTypes } from "../../src/hub/stream-safetensors";
import type { ExecutorChoice } from "./browser";
import { ConfigurationError } from "./files";
import { Interrupted } from "./interruption";
import type { RunOptions } from "./options";
import { type ReportOptions, reportOn } from "./report";
import { runComparison } from "./run";
import { type ScoreOptions, scoreRows } from "./score";

/** Exit codes. */
export const SUCCESS = 0;
export const FAILURE = 1;
/** The command line or the configuration is wrong; nothing was trained, and nothing written. */
export const USAGE = 2;

const RUN_HELP = `
The configuration is the JSON file that the studio's page downloads; paths in it are relative to the file, and without a version
it is of version 1.
DIR receives
  metrics.jsonl   one object a line: training steps and evaluations of validation and test rows (split)
  samples.jsonl   language modelling: how the frozen model and each run, before and after, continue validation prompts
  summary.json    final figures, the verdict, trainable parameters, what computed with how many threads, and versions; with
                  --slices the figures by a column
  <run>/          each run's adapter: adapter_config.json, adapter_model.safetensors, …
  <run>/merged/   with --merged, the whole model with the adapter merged into it, where the method has one
  sum/            with --sum, the weighted sum of some runs' LoRA adapters; its evaluation is in summary.json
  predictions.csv with --predict and --adapter-column; without a column <run>/predictions.csv
  scores.json     with --predict, where the file has the columns of answers: metrics, verdict, agreement of the runs
  report.html     the report to hand on: verdict, curves, tables, settings and hashes in one file; report.md has no curves
  logs/<run>/     with --logs, for tensorboard --logdir DIR/logs, and history.jsonl, config.json, summary.json
  forgetting.json with --forgetting, losses of the model's own head: frozen and with each run
  checkpoint/     while it is not complete: what --continue goes on from
and what an earlier comparison wrote there under these names is replaced, each once the new one is whole. What the studio
did not write is never replaced: the command is refused before anything is trained, as where another one writes into DIR.

--continue DIR goes on with a comparison that broke off, from each run's last evaluation, with the same data, model and
device; what is to be done once runs are trained (--merged, --sum, --predict, --slices, --forgetting) is asked for again.

A model is bundled:NAME, dir:PATH or hf:OWNER/NAME[@REVISION]. One of the Hub is downloaded once and kept in STUDIO_CACHE
(default: the user's cache folder); HF_TOKEN holds the token for gated models. Data files may be of the Hub, too:
hf:OWNER/NAME[@REVISION][:FILE], default: the likeliest file of the part.

Exit codes: 0 every run finished and everything asked for is written; 1 a run, the comparison or a file failed; 2 the configuration
or the command is wrong; 130, 143 and 129 it was ended by Ctrl-C, SIGTERM or a closed terminal: after the step in flight, with the
runs as they are then evaluated and written. The same signal again ends at once; --continue goes on from the last evaluation.
CHROME_PATH chooses the Chrome or Chromium to use. Its sandbox is on, but for root; STUDIO_SANDBOX=off does without.`;

type RunComparison = (configurationPath: string | null, options: RunOptions) => Promise<boolean>;

/** Options as they are typed; those of a comparison that goes on need no folder of their own. */
interface TypedOptions extends Omit<RunOptions, "out" | "goesOn"> {
  out?: string;
  continue?: string;
}

/**
 * Runs one command line.
 * @param run Does the comparison; resolves to whether every run finished and its adapter is
 * written.
 * @returns The exit code.
 */
export async function main(commandLine: string[], run: RunComparison = runComparison): Promise<number> {
  let code = SUCCESS;
  const program = new Command("studio")
    .description("Compares tuning methods without a window: the studio's own worker in a headless Chromium.")
    .version(version)
    .exitOverride()
    .showHelpAfterError();
  program
    .command("run")
    .description("run the comparison that a configuration file describes")
    .argument("[config.json]", "the configuration; left out with --continue")
    .option("--out <DIR>", "folder for metrics, summary and adapters; made when missing")
    .option("--continue <DIR>", "go on with the comparison in this folder, which broke off")
    .addOption(adapterOption())
    .addOption(endpointOption())
    .addOption(
      new Option("--merged <TYPE>", "write merged models too, as numbers of this type").choices([...storedTypes]),
    )
    .addOption(
      new Option(
        "--sum <WEIGHTS>",
        'evaluate and write a weighted sum of LoRA runs: their names and weights as JSON, such as {"LoRA": 0.5, "LoRA 2": 0.5}',
      ).argParser(readWeights),
    )
    .addOption(
      new Option("--combination <KIND>", "of the sum: exact (cat), or PEFT's linear, which keeps the rank").choices([
        ...combinations,
      ]),
    )
    .option(
      "--predict <FILE>",
      "predict this file's rows (a table in any kind of file that is read) by every run, or by those that a column names",
    )
    .option("--adapter-column <COLUMN>", "the column of that file which names the run that answers a row")
    .option(
      "--slices <COLUMN>",
      "measure every run on each value of this column of the rows that decide, too (bands, where it has many numbers)",
    )
    .option(
      "--keep-formulas",
      "in predictions.csv leave cells that begin with = + - or @ as they are, which a spreadsheet would compute; without it an " +
        "apostrophe is put before them",
    )
    .option("--logs", "write log files of every run: TensorBoard's event files, and JSONL as of an offline run of W&B")
    .option("--forgetting", "measure how well the model predicts a general text with each run, beside without")
    .addHelpText("after", RUN_HELP)
    .exitOverride()
    .showHelpAfterError()
    .action(async (configurationPath: string | undefined, typed: TypedOptions, command: Command) => {
      const { continue: goesOnIn, out, ...options } = typed;
      const misuse = (message: string) => command.error(`error: ${message}`, { exitCode: USAGE });
      if (goesOnIn !== undefined) {
        if (configurationPath !== undefined)
          misuse("--continue has its configuration in its folder; leave config.json out.");
        if (out !== undefined) misuse("--continue writes into its own folder; leave --out out.");
        code = (await run(null, { ...options, out: goesOnIn, goesOn: true })) ? SUCCESS : FAILURE;
      } else if (configurationPath === undefined) misuse("there is no config.json to run, nor --continue DIR.");
      else if (out === undefined) misuse("--out DIR is missing, the folder for the results.");
      else code = (await run(configurationPath, { ...options, out })) ? SUCCESS : FAILURE;
    });
  program
    .command("score")
    .description("score each row of a file by itself, without training: loss, entropy, rank, gradient norm, as a CSV")
    .argument(
      "<config.json>",
      "a comparison's configuration: its model, and the data whose labels and columns are read",
    )
    .requiredOption("--rows <FILE>", "the rows to score, a table in any kind of file that is read")
    .requiredOption(
      "--with <FOLDER>",
      "who reads them: an adapter's folder, such as DIR/LoRA, or frozen: the model alone",
    )
    .requiredOption("--out <FILE>", "the CSV to write; a file that is there is not replaced")
    .addOption(
      new Option(
        "--reading <KIND>",
        "answer: each row's label by the adapter's head; language: each token by the model's own head over its vocabulary " +
          "(default: answer, of the frozen model language)",
      ).choices(["answer", "language"]),
    )
    .option("--gradients", "compute the norm of each row's gradient, too: a pass back for every row")
    .option("--tokens", "write a line for every label or token, in place of the file's rows")
    .option("--keep-formulas", "leave cells that begin with = + - or @ as they are, as with run")
    .addOption(adapterOption())
    .addOption(endpointOption())
    .exitOverride()
    .showHelpAfterError()
    .action(async (configurationPath: string, options: ScoreOptions) => {
      await scoreRows(configurationPath, options);
    });
  program
    .command("report")
    .description("write report.html and report.md again from a folder of results, of this version or an earlier one")
    .argument("<DIR>", "the folder that a comparison has written")
    .option("--logs", "write log files of every run, too, as with run")
    .option("--rows", "leave in what may be of rows: cells in notices, labelled examples, texts written to prompts")
    .exitOverride()
    .showHelpAfterError()
    .action((folder: string, options: ReportOptions) => {
      for (const path of reportOn(folder, options)) process.stdout.write(`${path}\n`);
    });
  try {
    await program.parseAsync(commandLine, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : USAGE;
    process.stderr.write(`${messageOf(error)}\n`);
    if (error instanceof Interrupted) return error.code;
    return error instanceof ConfigurationError ? USAGE : FAILURE;
  }
  return code;
}

function adapterOption(): Option {
  return new Option(
    "--adapter <KIND>",
    "what computes: the processor, a graphics card (hardware), or WebGPU's software adapter, which is very slow; auto: the " +
      "processor, or where there is a card the faster of the two",
  )
    .choices(["auto", "processor", "hardware", "software"] satisfies ExecutorChoice[])
    .default("auto");
}

function endpointOption(): Option {
  return new Option("--endpoint <URL>", "the Hub, or a server that speaks its layout")
    .env("HF_ENDPOINT")
    .default(HUB_ADDRESS)
    .argParser(readEndpoint);
}

/** Weights by run. */
function readWeights(text: string): Record<string, number> {
  const weights = z.record(z.string(), z.number()).refine((read) => Object.keys(read).length > 1);
  try {
    const checked = checkedSettings(weights, JSON.parse(text));
    if ("value" in checked) return checked.value;
  } catch {
    // No JSON.
  }
  throw new InvalidArgumentError('It must be JSON with at least two runs, such as {"LoRA": 0.5, "LoRA 2": 0.5}.');
}

/** A Hub's address as requests are built on it. An empty variable is none. */
function readEndpoint(text: string): string {
  if (text === "") return HUB_ADDRESS;
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidArgumentError("It must be an http or https address, such as https://huggingface.co.");
  }
  return text.replace(/\/+$/, "");
}
