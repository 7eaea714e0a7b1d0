/** What a message to a shop is about: written by hand, a section a label. */

import { labelledLines } from "./questions.mjs";

export const customerMessages = {
  file: "customer-messages.csv",
  title: "Customer messages",
  description: "What is a message to a shop about: account, delivery, payment, product or refund?",
  task: "sequence-classification",
  rows: () => labelledLines("customer-messages"),
};
