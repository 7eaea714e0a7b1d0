/** Every kind of input, one for each reader. */

import type { FuzzKind } from "./kind";
import { adapterZips } from "./kinds/adapter-zips";
import { adapters } from "./kinds/adapters";
import { chatTemplate } from "./kinds/chat-template";
import { configurations } from "./kinds/configurations";
import { hubAnswers } from "./kinds/hub-answers";
import { links } from "./kinds/links";
import { modelConfig } from "./kinds/model-config";
import { notebooks } from "./kinds/notebooks";
import { safetensors } from "./kinds/safetensors";
import { tables } from "./kinds/tables";
import { tokenizer } from "./kinds/tokenizer";

export const kinds: readonly FuzzKind[] = [
  tables,
  safetensors,
  modelConfig,
  tokenizer,
  chatTemplate,
  adapters,
  adapterZips,
  configurations,
  links,
  hubAnswers,
  notebooks,
];
