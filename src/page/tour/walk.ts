/**
 * Leads through places of the page, one after the other, each with a few words beside it: by
 * buttons, arrow keys and Escape. The library comes when it is first needed.
 */

export interface Stop {
  /** A selector; where the page has no such place the words stand in the middle. */
  readonly place: string;
  readonly title: string;
  readonly text: string;
  /** Brings the place onto the page. */
  readonly before?: () => void;
}

/** Rejects where the library cannot be fetched. */
export async function walk(stops: readonly Stop[]): Promise<void> {
  const { driver } = await import("./driver");
  const opener = document.activeElement;
  const tour = driver({
    // While it moves it takes no press.
    animate: false,
    popoverClass: "tour",
    stagePadding: 6,
    stageRadius: 6,
    // As dark as behind a dialog.
    overlayOpacity: 0.4,
    showProgress: true,
    progressText: "{{current}} of {{total}}",
    nextBtnText: "Next",
    prevBtnText: "Back",
    doneBtnText: "Done",
    disableActiveInteraction: true,
    steps: stops.map(({ place, title, text, before }) => ({
      element: place,
      waitForElement: 4000,
      // Set as text below: what stands here would be read as markup.
      popover: { title: "–", description: "–", align: "start" as const },
      onHighlightStarted: () => before?.(),
      data: { title, text },
    })),
    onPopoverRender: (popover, { state }) => {
      const { title, text } = (state.activeStep?.data ?? {}) as Partial<Stop>;
      popover.title.textContent = title ?? "";
      popover.description.textContent = text ?? "";
      popover.wrapper.setAttribute("aria-modal", "true");
      // Its element would be the page's second banner.
      popover.title.setAttribute("role", "heading");
      popover.title.setAttribute("aria-level", "2");
      popover.closeButton.textContent = "✕";
      // So that a screen reader begins with the words, and the next press goes on.
      popover.nextButton.focus();
    },
    onHighlighted: (place, _, { state }) => {
      // Places are no buttons that open the words.
      for (const name of ["aria-haspopup", "aria-expanded", "aria-controls"]) place?.removeAttribute(name);
      state.popover?.nextButton.focus();
    },
    onDestroyed: () => {
      if (opener instanceof HTMLElement) opener.focus();
    },
  });
  tour.drive();
}
