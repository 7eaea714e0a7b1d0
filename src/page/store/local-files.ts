/**
 * Where each file lay in what was dropped or chosen. To be noted on the page: a File sent to a
 * worker forgets its path.
 */

import type { LocalFile } from "../../worker/api";

/** `react-dropzone` sets `path`, an `<input webkitdirectory>` the other. */
export function localFiles(files: readonly File[]): LocalFile[] {
  return files.map((file) => {
    const path = (file as File & { path?: string }).path || file.webkitRelativePath || file.name;
    return { path: path.replace(/^\.?\//, ""), file };
  });
}

/** Whether what was dropped is meant as a base model. */
export function looksLikeModel(files: readonly File[]): boolean {
  return files.some(({ name }) => name === "config.json" || /\.(safetensors|gguf|onnx|bin|pt)$/i.test(name));
}
