/** A model folder over bytes, objects and texts, for tests. */

import { bytesFile } from "../../../src/hub/sources";
import type { ModelFolder } from "../../../src/hub/types";

/** Objects are written as JSON, texts as they stand. */
export function memoryFolder(files: Record<string, Uint8Array | object | string>): ModelFolder {
  return {
    source: "dir:test",
    name: "test",
    async open(name) {
      const content = files[name];
      if (content === undefined) {
        return null;
      }
      if (content instanceof Uint8Array) {
        return bytesFile(name, content);
      }
      const text = typeof content === "string" ? content : JSON.stringify(content);
      return bytesFile(name, new TextEncoder().encode(text));
    },
  };
}
