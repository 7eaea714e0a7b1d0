/**
 * The runner's page in the headless browser, as Node calls it. What the calls mean is in
 * src/runner/runner.ts.
 */

import type { Browser, Page } from "playwright";
import type { StudioRunner } from "../../src/runner/runner";
import type { StudioEvent } from "../../src/worker/api";

type Answer<Method extends keyof StudioRunner> = Awaited<ReturnType<StudioRunner[Method]>>;

export class StudioPage {
  readonly #page: Page;
  readonly #crashed: Promise<never>;

  private constructor(page: Page) {
    this.#page = page;
    this.#crashed = new Promise((_, reject) => {
      page.on("crash", () => reject(new Error("The browser's page crashed, for want of memory perhaps.")));
    });
    // Each call reports it; without a call in flight it is not an unhandled rejection.
    this.#crashed.catch(() => undefined);
  }

  /**
   * @param onEvent Gets the worker's events in order.
   * @param onError Gets what the page itself reports; calls reject by themselves.
   */
  static async open(
    browser: Browser,
    url: URL,
    onEvent: (event: StudioEvent) => void,
    onError: (message: string) => void,
  ): Promise<StudioPage> {
    const page = await browser.newPage();
    page.on("pageerror", (error) => onError(error.message));
    const studio = new StudioPage(page);
    await page.exposeFunction("deliverEvents", (events: StudioEvent[]) => {
      events.forEach(onEvent);
    });
    await page.goto(url.href);
    // Not `waitForFunction`, which evaluates text in the page: its policy forbids that.
    while (!(await page.evaluate(() => window.studioRunner !== undefined))) await page.waitForTimeout(50);
    return studio;
  }

  /**
   * Calls a method of the page's runner.
   * @throws {Error} With the message that the page's method rejected with.
   */
  async call<Method extends keyof StudioRunner>(
    method: Method,
    ...parameters: Parameters<StudioRunner[Method]>
  ): Promise<Answer<Method>> {
    const called = this.#page.evaluate(
      async ({ method, parameters }) => {
        try {
          const run = window.studioRunner[method] as (...parameters: unknown[]) => Promise<unknown>;
          return { answer: await run(...parameters) };
        } catch (error) {
          return { problem: error instanceof Error ? error.message : String(error) };
        }
      },
      { method, parameters: parameters as unknown[] },
    );
    const outcome = await Promise.race([called, this.#crashed]);
    if (outcome.problem !== undefined) throw new Error(outcome.problem);
    return outcome.answer as Answer<Method>;
  }
}
