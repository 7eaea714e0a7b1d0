/**
 * The finished comparisons that come with the page, one for each lesson. `tools/gallery` trains
 * them with the headless runner; what they came to is in their files alone.
 */

export const entryIds = ["prefix", "lora", "luck"] as const;

export type EntryId = (typeof entryIds)[number];

export interface GalleryEntry {
  readonly id: EntryId;
  /** The question that its lesson answers. */
  readonly question: string;
  /** What was compared, for whoever decides whether to look. */
  readonly summary: string;
  /** Of `public/samples`. */
  readonly sample: string;
}

export const entries: readonly GalleryEntry[] = [
  {
    id: "prefix",
    question: "What does a prefix do?",
    summary: "Question types: SK-Prefix, prefix tuning and two controls.",
    sample: "questions",
  },
  {
    id: "lora",
    question: "When is LoRA enough?",
    summary: "Question types: LoRA of two ranks, full fine-tuning and a control.",
    sample: "questions",
  },
  {
    id: "luck",
    question: "Is it luck?",
    summary: "Customer messages: two methods and a control, each trained three times.",
    sample: "customer-messages",
  },
];

/** The comparison's id in the page's store. */
export const comparisonId = (id: EntryId) => `gallery-${id}`;
