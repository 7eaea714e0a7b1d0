/** The kinds of methods, in the order in which menu and guide list them. */

import type { MethodDescription } from "../../worker/api";

export const methodGroups: readonly { readonly id: MethodDescription["group"]; readonly title: string }[] = [
  { id: "semantic knowledge", title: "Semantic knowledge" },
  { id: "soft prompt", title: "Soft prompts" },
  { id: "weight delta", title: "Weight changes" },
  { id: "module", title: "Modules" },
  { id: "control", title: "Controls" },
];
