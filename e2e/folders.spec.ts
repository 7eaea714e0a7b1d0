/**
 * Base models of this computer: a folder of every family, shards, a folder dropped on the page, and
 * what is refused.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { chip, choose, chooser, fixtures, openedModel } from "./base-model";
import { csv, films } from "./films";
import {
  chooseFile,
  compareButton,
  keepRuns,
  openStep,
  setTraining,
  step,
  waitForStatus,
  waitUntilReady,
} from "./studio";

test.skip(({ isMobile }) => Boolean(isMobile), "the same at any width");

/** Folders of tiny models: all of the fixtures. */
const folders = ["families", "reference/models"]
  .flatMap((place) => readdirSync(join(fixtures, place)).map((name) => join(fixtures, place, name)))
  .filter((folder) => existsSync(join(folder, "model.safetensors")))
  .sort();

function typeOf(folder: string): string {
  return JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).model_type;
}

/** Every `model_type` of the table of families. */
function listedTypes(): string[] {
  const [, table] = /<!-- families -->(.*)<!-- \/families -->/s.exec(
    readFileSync(join(fixtures, "../../docs/models.md"), "utf8"),
  )!;
  const [, ...rows] = table!.split("\n").filter((line) => /^\| .*`/.test(line));
  return rows.flatMap((row) => [...row.split("|")[3]!.matchAll(/`(\w+)`/g)].map(([, type]) => type!)).sort();
}

/** Few short rows, and two runs of a single step. */
async function prepare(page: Page): Promise<void> {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  await chooseFile(page, "Training file", "films.csv", csv(films(6)));
  await expect(page.getByRole("region", { name: "First rows of films.csv" })).toBeVisible();
  await step(page, "Data").getByLabel("Longest text, in tokens").fill("8");
  await step(page, "Data").getByLabel("Longest text, in tokens").blur();
  await keepRuns(page, ["SK-Prefix", "LoRA"]);
  await setTraining(page, { Steps: "1", "Batch size": "2", "Evaluate every": "1", "Learning rate for all": "0.001" });
}

async function openAndCompare(page: Page, name: string): Promise<void> {
  await expect(chooser(page).getByRole("region", { name: `About ${name}` })).toBeVisible();
  await chooser(page).getByRole("button", { name: "Open" }).click();
  await expect(chooser(page)).toBeHidden();
  await expect(chip(page)).toContainText(name);
  await waitUntilReady(page);
  await compareButton(page).click();
  await waitForStatus(page, /^(Finished: 1 step|Failed)/, 60_000);
  await expect(page.locator(".compare-status")).toHaveText(/^Finished/);
  const rows = page.getByRole("region", { name: "Run table" }).getByRole("rowheader");
  await expect(rows.first()).toHaveText("SK-Prefix");
  await expect(rows.nth(1)).toHaveText("LoRA");
}

test("a folder of every family runs a comparison", async ({ page }) => {
  test.setTimeout(60_000 + folders.length * 20_000);
  expect([...new Set(folders.map(typeOf))].sort()).toEqual(listedTypes());
  await prepare(page);
  for (const folder of folders) {
    await test.step(basename(folder), async () => {
      await choose(page, "This computer");
      await chooser(page).getByLabel("Model folder").setInputFiles(folder);
      await openAndCompare(page, basename(folder));
    });
  }
});

/** The folder with its weights in two shards and their index. */
function sharded(folder: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const name of ["config.json", "tokenizer.json", "tokenizer_config.json"]) {
    writeFileSync(join(target, name), readFileSync(join(folder, name)));
  }
  const bytes = readFileSync(join(folder, "model.safetensors"));
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<
    string,
    { data_offsets: [number, number] }
  >;
  const names = Object.keys(header).filter((name) => name !== "__metadata__");
  const weight_map: Record<string, string> = {};
  const halves = [names.slice(0, names.length >> 1), names.slice(names.length >> 1)];
  for (const [index, half] of halves.entries()) {
    const file = `model-0000${index + 1}-of-00002.safetensors`;
    const parts: Buffer[] = [];
    const own: Record<string, object> = {};
    let place = 0;
    for (const name of half) {
      const [begin, end] = header[name]!.data_offsets;
      parts.push(bytes.subarray(8 + length + begin, 8 + length + end));
      own[name] = { ...header[name], data_offsets: [place, place + end - begin] };
      place += end - begin;
      weight_map[name] = file;
    }
    const json = Buffer.from(JSON.stringify(own));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(join(target, file), Buffer.concat([size, json, ...parts]));
  }
  writeFileSync(join(target, "model.safetensors.index.json"), JSON.stringify({ weight_map }));
}

/**
 * Drops files or folders of this computer as a person does, with the browser's own directory
 * entries.
 */
async function drop(page: Page, paths: string[], x: number, y: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x, y, data });
  }
  await session.detach();
}

test("a folder of shards, dropped anywhere on the page, runs a comparison", async ({ page }, testInfo) => {
  const folder = testInfo.outputPath("tiny-shards");
  sharded(join(fixtures, "families/tiny-qwen3"), folder);
  await prepare(page);
  await drop(page, [folder], 1100, 500);
  await openAndCompare(page, "tiny-shards");
});

test("files that are no model of ours are refused by name, and the open model stays", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await choose(page, "This computer");
  const tiny = (name: string) => readFileSync(join(fixtures, "reference/models/tiny-llama", name));
  const config = JSON.parse(tiny("config.json").toString()) as object;
  const whole = {
    "config.json": tiny("config.json"),
    "tokenizer.json": tiny("tokenizer.json"),
    "tokenizer_config.json": tiny("tokenizer_config.json"),
    "model.safetensors": tiny("model.safetensors"),
  };
  const like = (changes: object) => ({
    ...whole,
    "config.json": Buffer.from(JSON.stringify({ ...config, ...changes })),
  });
  const without = (other: string) => ({ "config.json": whole["config.json"], [other]: Buffer.from("weights") });
  const cases: [Record<string, Buffer>, RegExp][] = [
    [without("pytorch_model.bin"), /only as pytorch_model\.bin.*never opened here/],
    [without("tiny.Q4_K_M.gguf"), /weights as tiny\.Q4_K_M\.gguf.*not opened/],
    [without("model.onnx"), /only as model\.onnx.*finished graph/],
    [like({ num_local_experts: 8 }), /mixture of experts \(config\.json: num_local_experts 8\)/],
    [like({ vision_config: {} }), /parts for images or sound \(config\.json: vision_config\)/],
    [like({ is_encoder_decoder: true }), /is an encoder–decoder model/],
    [like({ model_type: "own", auto_map: {} }), /needs code that comes with it.*never run here/],
    [
      { ...whole, "model.safetensors": tiny("model.safetensors").subarray(0, 20_000) },
      /model\.safetensors: tensor ".*" ends at byte \d+, but the file holds only \d+ bytes of data.*get it again/,
    ],
  ];
  for (const [files, said] of cases) {
    const chosen = Object.entries(files).map(([name, buffer]) => ({ name, mimeType: "", buffer }));
    await chooser(page).getByLabel("Model files").setInputFiles(chosen);
    await expect(chooser(page).getByRole("alert")).toHaveText(said);
    await expect(chooser(page).getByRole("button", { name: "Open", exact: true })).toHaveCount(0);
  }
  await page.keyboard.press("Escape");
  await openedModel(page);
  await expect(compareButton(page)).toBeEnabled();
});
