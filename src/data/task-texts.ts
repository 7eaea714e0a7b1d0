/**
 * Semantic texts for known tasks. The authors' are those of their public notebooks, word for word
 * (the one for fake news is theirs for sentiment, which they used again); the others are ours, in
 * the same style.
 */

export interface TaskText {
  readonly task: string;
  readonly text: string;
  readonly ours?: true;
}

export const taskTexts: readonly TaskText[] = [
  { task: "Sentiment (SST-2)", text: "Classify the positive or negative sentiment from the text" },
  { task: "Sentiment (SST-2, BERT)", text: "classify the text as positive or negative, text:" },
  { task: "Fake news", text: "Classify the text as positive or negative, text:" },
  { task: "Emotion", text: "Classify the joy or sadness or anger or fear or love or surprise from the text:" },
  { task: "Paraphrase (MRPC)", text: "Classify the textual equivalence from the text:" },
  { task: "Entailment (SNLI)", text: "Recognize the textual entailment from the text:" },
  { task: "Token tags (CoNLL-03, WikiAnn)", text: "classify the token of the text:" },
  {
    task: "Grammar (CoLA)",
    text: "Classify the text as grammatically acceptable or unacceptable, text:",
    ours: true,
  },
  { task: "Question pairs (QQP)", text: "Classify whether the two questions have the same meaning:", ours: true },
  { task: "Similarity (STS-B)", text: "Rate the semantic similarity of the two sentences:", ours: true },
  { task: "Disease names (NCBI)", text: "Classify the disease tokens of the text:", ours: true },
  {
    task: "News topics (AG News)",
    text: "Classify the world or sports or business or technology topic from the text:",
    ours: true,
  },
  {
    task: "Question type (TREC)",
    text: "Classify whether the question asks for a number, a place, a person or a description:",
    ours: true,
  },
];
