/** Where training data is dropped or chosen. */

import { useDropzone } from "react-dropzone";
import { receiveDrop } from "../actions/drop";

export function useTrainingDrop() {
  return useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    noDragEventsBubbling: true,
    onDrop: receiveDrop,
  });
}
