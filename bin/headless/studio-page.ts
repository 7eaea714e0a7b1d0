/**
 * The runner's page in the headless browser, as Node calls it. What the calls mean is in
 * src/runner/runner.ts.
 */

import type { Browser, Page } from "playwright";
import type { StudioRunner } from "../../src/runner/runner";
import type { StudioEvent } from "../../src/worker/api";

type Answer<Method extends keyof StudioRunner> = Awaited<ReturnType<StudioRunner[Method]>>;

/** The page is gone, and with it all that it had in memory. */
export class BrokenPage extends Error {
  override readonly name = "BrokenPage";
}

/** What the page calls by itself. */
export interface PageListener {
  /** Gets the worker's events in order. */
  event(event: StudioEvent): void;
  /** Gets what the page itself reports; calls reject by themselves. */
  error(message: string): void;
  /** Says where, on the page's server, a run's state is to be sent; null where none is kept. */
  placeForState(run: string): string | null;
  /** Gets what kept a run's state from being written. */
  stateProblem(run: string, problem: string): void;
}

export class StudioPage {
  readonly #page: Page;
  readonly #crashed: Promise<never>;

  private constructor(page: Page) {
    this.#page = page;
    this.#crashed = new Promise((_, reject) => {
      const gone = (what: string) => reject(new BrokenPage(what));
      page.on("crash", () => gone("The browser's page crashed, for want of memory perhaps."));
      page.on("close", () => gone("The browser's page was closed."));
      page
        .context()
        .browser()
        ?.on("disconnected", () => gone("The browser ended."));
    });
    // Each call reports it; without a call in flight it is not an unhandled rejection.
    this.#crashed.catch(() => undefined);
  }

  static async open(browser: Browser, url: URL, listener: PageListener): Promise<StudioPage> {
    const page = await browser.newPage();
    page.on("pageerror", (error) => listener.error(error.message));
    const studio = new StudioPage(page);
    await page.exposeFunction("deliverEvents", (events: StudioEvent[]) => {
      for (const event of events) listener.event(event);
    });
    await page.exposeFunction("placeForState", (run: string) => listener.placeForState(run));
    await page.exposeFunction("reportState", (run: string, problem: string) => listener.stateProblem(run, problem));
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
    // What it rejects with once the page is gone says less than that it is gone.
    const outcome = await Promise.race([called, this.#crashed]).catch((error: unknown) =>
      this.#page.isClosed() ? this.#crashed : Promise.reject(error),
    );
    if (outcome.problem !== undefined) throw new Error(outcome.problem);
    return outcome.answer as Answer<Method>;
  }
}
