/**
 * What is said of data and runs before anything trains: how the vocabulary suits the texts, where a
 * run's soft tokens stand, and what it trains, tensor by tensor.
 */

import { expect, test } from "@playwright/test";
import { addMethod, expectAccessible, openStep, runCard, step, waitUntilReady } from "./studio";

test("a vocabulary beside another model's, soft tokens in their places, and every trained tensor", async ({ page }) => {
  await page.goto("/");
  await waitUntilReady(page);
  await openStep(page, "Data");
  const vocabulary = step(page, "Data").getByRole("figure").filter({ hasText: "Tokens per word" });
  await expect(vocabulary.getByRole("rowheader")).toHaveCount(1);
  await expect(vocabulary.getByRole("cell").first()).toHaveText(/^[1-9]\.\d\d$/);
  await vocabulary.getByLabel("Beside it").selectOption({ index: 1 });
  await expect(vocabulary.getByRole("rowheader")).toHaveCount(2);

  await openStep(page, "Methods");
  const add = async (title: string) => {
    await addMethod(page, title);
    await page.getByRole("button", { name: `Options of ${title}` }).click();
    return runCard(page, title);
  };
  const tuned = await add("P-tuning");
  await tuned.getByLabel("Template").fill("{p:2} {text} {p:1}");
  const strip = tuned.getByRole("figure").filter({ hasText: "What the model reads" });
  await expect(strip).toContainText(/2\ssoft tokens before the row and 1\ssoft token after it/);
  const chips = strip.locator(".soft-token");
  await expect(chips).toHaveText(["p1", "p2", "p3"]);
  // The third stands after the row's own tokens.
  const places = await strip.locator(".strip > span").evaluateAll((all) => all.map(({ className }) => className));
  expect(places.at(-1)).toContain("soft-token");
  expect(places[2]).toContain("strip-token");

  const dept = await add("DePT");
  await expect(dept.locator(".soft-changed").first()).toBeVisible();
  await expect(dept).toContainText(
    /Prompt tuning with as many trained numbers has \d+\ssoft tokens: this is \d+ shorter/,
  );
  await dept.getByText(/^What is trained: 4\stensors/).click();
  const tensors = dept.getByRole("region", { name: "Trained tensors" });
  await expect(tensors.getByRole("rowheader")).toHaveText([
    ...["lora_embedding_A", "lora_embedding_B", "prompt_embeddings", "score.weight of the head"],
    ...["Together", "Base model"],
  ]);
  const numbers = (text: string) => Number(text.replaceAll(",", ""));
  const counts = await tensors
    .locator(".tensor-figures > td:first-child")
    .evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent ?? ""));
  const figures = await tensors.locator(".tensor-figures b").textContent();
  expect(
    counts
      .slice(0, 4)
      .map(numbers)
      .reduce((sum, count) => sum + count),
  ).toBe(numbers(figures ?? ""));
  // Its pair has a rate of its own.
  await expect(tensors.locator(".tensor-figures").nth(0).locator("td").nth(1)).not.toHaveText(
    await tensors.locator(".tensor-figures").nth(2).locator("td").nth(1).innerText(),
  );
  await expectAccessible(page);
});
