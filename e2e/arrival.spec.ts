/**
 * What a newcomer is shown: the tour, finished comparisons with their lessons, dotted words; and
 * the page on a phone. The first comparison itself: `scenario.spec.ts`.
 */

import { expect, type Locator, type Page, test } from "@playwright/test";
import { chart, compareButton, expectAccessible, status, step, waitUntilReady } from "./studio";

/** The words beside a place of a tour or a lesson. */
function words(page: Page): Locator {
  return page.locator(".driver-popover");
}

/** Goes to another place by a key, and waits until its words are there and keys are heard again. */
async function go(page: Page, key: "Enter" | "ArrowLeft" | "ArrowRight", place: string): Promise<void> {
  await page.keyboard.press(key);
  await expect(words(page)).toContainText(place);
  await expect(words(page).getByRole("button", { name: /^(Next|Done)$/ })).toBeFocused();
}

test("the tour leads through five places by the keyboard, and gives the focus back", async ({ page, isMobile }) => {
  test.skip(Boolean(isMobile), "keys");
  const violations: string[] = [];
  page.on("console", (message) => message.type() === "error" && violations.push(message.text()));
  await page.goto("/");
  await waitUntilReady(page);
  const help = page.getByRole("button", { name: "Help and keyboard shortcuts" });
  await help.focus();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Help" })).toContainText("Single-key shortcuts");
  await page.getByRole("dialog", { name: "Help" }).getByRole("button", { name: "frozen", exact: true }).press("Enter");
  // In front of the dialog.
  await page.getByRole("dialog", { name: "frozen", exact: true }).click({ trial: true });
  await page.keyboard.press("Escape");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Take the tour" }).press("Enter");
  await expect(words(page)).toContainText("Bring data");
  await expect(words(page)).toContainText("1 of 5");
  await expect(words(page).getByRole("button", { name: "Next" })).toBeFocused();
  await expectAccessible(page);
  for (const place of ["Choose methods", "Say how long", "Compare"]) await go(page, "Enter", place);
  await go(page, "ArrowLeft", "Say how long");
  await go(page, "ArrowRight", "4 of 5");
  await go(page, "Enter", "Read the answer");
  await expect(words(page)).toContainText("5 of 5");
  await page.keyboard.press("Escape");
  await expect(words(page)).toHaveCount(0);
  expect(violations).toEqual([]);
});

test("a finished comparison opens without training, with its lesson, and is of the sample that opens with it", async ({
  page,
}) => {
  await page.goto("/");
  await waitUntilReady(page);
  await page.getByRole("button", { name: /^Lesson Is it luck\?/ }).click();
  await expect(words(page)).toContainText("Three times the same");
  await expectAccessible(page);
  const texts: string[] = [];
  for (let place = 1; place < 5; place++) {
    texts.push(await words(page).innerText());
    await words(page).getByRole("button", { name: "Next" }).click();
    await expect(words(page)).toContainText(`${place + 1} of 5`);
  }
  await words(page).getByRole("button", { name: "Done" }).click();
  await expect(words(page)).toHaveCount(0);
  expect(texts[1]).toMatch(/LoRA ended at (\d+\.\d\s%, ){2}\d+\.\d\s%/);

  await expect(page.getByRole("heading", { name: "Results of Customer messages" })).toBeVisible();
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("mean of 3 seeds");
  await expect(chart(page, "Training loss")).toBeVisible();
  await expect(page.getByText("These results are not of what is open now")).toHaveCount(0);
  await expect(status(page)).toContainText("Ready");
  await expectAccessible(page);
  // Nothing of it is kept: whoever comes again is asked anew.
  await page.reload();
  await waitUntilReady(page);
  await expect(page.getByRole("heading", { name: "Or look at a finished one" })).toBeVisible();
});

test("a dotted word says what it means, by key and by touch", async ({ page, isMobile }) => {
  await page.goto("/");
  await waitUntilReady(page);
  const word = page.getByRole("button", { name: "controls", exact: true });
  if (isMobile) await word.tap();
  else await word.press("Enter");
  const meaning = page.getByRole("dialog", { name: "control", exact: true });
  await expect(meaning).toHaveText(
    "control: A run that trains little or nothing, to say how much the frozen model knows already.",
  );
  await expectAccessible(page);
  await page.keyboard.press("Escape");
  await expect(meaning).toHaveCount(0);
  await expect(word).toBeFocused();
});

test.describe("on a phone", () => {
  test.skip(({ isMobile }) => !isMobile, "of phones");

  test("the button stays in sight, what comes of it stands first, and fingers hit what they press", async ({
    page,
  }) => {
    await page.goto("/");
    await waitUntilReady(page);
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await expect(compareButton(page)).toBeInViewport();
    await expect(status(page)).toBeInViewport();
    await page.getByRole("button", { name: /^open it: What does a prefix do/ }).tap();
    await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
    await expect(compareButton(page)).toBeInViewport();
    const order = [".verdict", ".charts", "[aria-labelledby='try-title']", "#step-data"];
    await expect(page.locator(order.join(", "))).toHaveCount(order.length);
    const found = await page.evaluate((selectors) => {
      const places = [...document.querySelectorAll(selectors.join(", "))];
      return places.map((place) => selectors.find((selector) => place.matches(selector)));
    }, order);
    expect(found).toEqual(order);
    await expect(page.locator(".step-toggle[aria-expanded='true']")).toHaveCount(0);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("button, select, summary, textarea, input, label:has(> input)")].flatMap(
        (target) => {
          const { width, height } = target.getBoundingClientRect();
          const own = getComputedStyle(target, "::after");
          // Words in a sentence have a larger area around them; a box in a label has the label's.
          const reach = own.content === "none" ? height : Math.max(height, Number.parseFloat(own.height) || 0);
          const inLabel = target.matches("label > input, .visually-hidden, .visually-hidden *");
          return width === 0 || inLabel || reach >= 43.5 ? [] : [`${target.className}: ${width} × ${height}`];
        },
      ),
    );
    expect(small).toEqual([]);
    await expectAccessible(page);
  });
});

test("a finished comparison is opened with its own rows, however early it is asked for", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("button", { name: /^open it: What does a prefix do/ }).click();
  await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
  await waitUntilReady(page);
  // It has no test rows, unlike what the page opens by itself.
  await expect(step(page, "Data")).toContainText(/Question types · 1,050.rows · 6.labels · 10.% held out/);
  await expect(page.locator(".results-heading")).not.toContainText("not of what is open");
  const text = page.getByRole("region", { name: "Try it" }).getByLabel("Text");
  await expect(text).toBeDisabled();
  await expect(page.getByRole("region", { name: "Try it" })).toContainText("were trained earlier and are not loaded");

  await test.step("words below its table are explained", async () => {
    const runs = page.getByRole("region", { name: "Runs", exact: true });
    await runs.getByRole("button", { name: "beyond luck", exact: true }).click();
    await expect(page.getByRole("dialog", { name: "beyond luck" })).toContainText("in fewer than 5 of 100 comparisons");
    await expectAccessible(page);
  });
});
