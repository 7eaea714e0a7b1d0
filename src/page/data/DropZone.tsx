/** Where a training file is dropped or chosen. */

import { FileUp } from "lucide-react";
import { useTrainingDrop } from "./use-training-drop";
import "./DropZone.css";

export function DropZone() {
  const { getRootProps, getInputProps, isDragActive, open } = useTrainingDrop();
  return (
    <div {...getRootProps({ className: isDragActive ? "drop-zone drop-zone-active" : "drop-zone" })}>
      <FileUp size={20} aria-hidden="true" />
      <span>
        <strong>{isDragActive ? "Drop to open" : "Drop a table"}</strong>
        <span className="field-help">
          CSV, JSON, Excel or Parquet: texts with labels or numbers, words with tags, prompts with responses, or
          conversations.
        </span>
      </span>
      <button type="button" className="button" onClick={open}>
        Choose…
      </button>
      <input {...getInputProps({ "aria-label": "Training file", tabIndex: -1 })} />
    </div>
  );
}
