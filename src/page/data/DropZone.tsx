/** Where a training file is dropped or chosen. */

import { FileUp } from "lucide-react";
import { useDropzone } from "react-dropzone";
import { openFile, refuseFile } from "../actions/data";
import { inspectFiles } from "../actions/model";
import { looksLikeModel } from "../model/local-files";

export function DropZone() {
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    onDrop: (accepted, refused) => {
      const all = [...accepted, ...refused.map((rejection) => rejection.file)];
      const file = accepted[0];
      if (looksLikeModel(all)) void inspectFiles(all);
      else if (file) void openFile(file, "train");
      else refuseFile("train", "Nothing was opened: drop one file at a time, and no folder.");
    },
  });
  return (
    <div {...getRootProps({ className: isDragActive ? "drop-zone drop-zone-active" : "drop-zone" })}>
      <FileUp size={20} aria-hidden="true" />
      <span>
        <strong>{isDragActive ? "Drop to open" : "Drop CSV, TSV or JSONL"}</strong>
        <span className="field-help">Texts with labels or numbers, words with tags, or prompts with responses.</span>
      </span>
      <button type="button" className="button" onClick={open}>
        Choose…
      </button>
      <input {...getInputProps({ "aria-label": "Training file", tabIndex: -1 })} />
    </div>
  );
}
