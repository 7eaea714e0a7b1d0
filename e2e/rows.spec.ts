/**
 * Files as people have them in the page: a data set of the Hub after a press, what stands between
 * labels, and conversations that are no texts.
 */

import { expect, test } from "@playwright/test";
import { type HubServer, serveHub } from "../tests/hub-server";
import { chooseFile, expectAccessible, openStep, step, waitUntilReady, watchRequests } from "./studio";

const text = (value: string) => new TextEncoder().encode(value);
const rows = (count: number) =>
  Array.from({ length: count }, (_, row) => `a film of day ${row},${row % 2 ? "good" : "bad"}\n`).join("");

test.describe("a data set of the Hub", () => {
  let hub: HubServer;
  test.beforeEach(async () => {
    const files = {
      "README.md": text("# Films"),
      "data/train-00000-of-00002.csv": text(`text,label\n${rows(60)}`),
      "data/train-00001-of-00002.csv": text(`text,label\n${rows(8)}`),
      "data/test.csv": text("text,label\nanother film,good\none more film,bad\n"),
    };
    hub = await serveHub({ "datasets/films/reviews": { files, licence: "mit" } });
  });
  test.afterEach(() => hub.close());

  test("is asked for when a person presses, says its size, and opens with all shards of a part", async ({
    page,
    baseURL,
  }) => {
    const requests = watchRequests(page, baseURL ?? "");
    await page.goto("/");
    await waitUntilReady(page);
    await openStep(page, "Data");
    const data = step(page, "Data");
    await data.getByText("Or a data set of the Hugging Face Hub").click();
    await data.getByText("Token for gated data sets, another Hub address").click();
    await data.getByLabel("Hub address").fill(hub.address);
    await data.getByLabel("Data set", { exact: true }).fill("films/reviews");
    expect(requests.foreign).toEqual([]);
    await data.getByRole("button", { name: "Look up" }).click();
    await expect(data).toContainText("films/reviews at 0123456, licence: mit.");
    await expect(data.getByLabel("Rows for training")).toHaveValue("data/train-*-of-00002.csv");
    await expectAccessible(page);
    expect(hub.requests.filter((path) => path.includes("resolve"))).toEqual([]);
    await data.getByRole("button", { name: /^Download [\d.]+\s?kB and open$/ }).click();
    await expect(page.getByRole("region", { name: "First rows of train-00000-of-00002.csv and 1 more" })).toBeVisible();
    await expect(data).toContainText("2 files joined to 68 rows, numbered on from file to file");
    await expect(data).toContainText("test.csv 2 rows");
    await waitUntilReady(page);
    expect(requests.foreign.every((url) => url.startsWith(hub.address))).toBe(true);
  });
});

test("labels are taken apart where a person says, and a conversation is named as one", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const data = step(page, "Data");
  const labels = ["food#service", "food", "service", "food#service"];
  await chooseFile(
    page,
    "Training file",
    "labels.csv",
    `text,label\n${labels.map((own, row) => `text ${row},${own}\n`).join("")}`,
  );
  await expect(data.getByLabel("Between labels")).toHaveValue("\u0000");
  await expect(data).toContainText('labels are taken apart at "#"');
  await data.getByLabel("Between labels").selectOption({ label: "comma ," });
  await expect(data).not.toContainText("labels are taken apart at");
  await expect(data).toContainText("food#service");

  const turns = [1, 2, 3].map((n) => ({
    messages: [
      { role: "constructor", content: `a ${n}` },
      { role: "assistant", content: "b" },
    ],
  }));
  await chooseFile(page, "Training file", "chat.jsonl", turns.map((row) => JSON.stringify(row)).join("\n"));
  await expect(data).toContainText('The conversation has the role "constructor" in message 1');
});
