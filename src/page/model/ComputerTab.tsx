/**
 * A model folder of this computer, dropped or chosen, or its files. Nothing is copied: files are
 * read where they lie.
 */

import { FolderOpen } from "lucide-react";
import { useRef } from "react";
import { useDropzone } from "react-dropzone";
import { inspectFiles } from "../actions/model";
import "../data/DropZone.css";

export function ComputerTab() {
  const folder = useRef<HTMLInputElement>(null);
  const { getRootProps, getInputProps, isDragActive, open } = useDropzone({
    noClick: true,
    noKeyboard: true,
    noDragEventsBubbling: true,
    onDrop: (accepted) => {
      if (accepted.length > 0) void inspectFiles(accepted);
    },
  });
  return (
    <div
      {...getRootProps({ className: isDragActive ? "drop-zone model-drop drop-zone-active" : "drop-zone model-drop" })}
    >
      <FolderOpen size={20} aria-hidden="true" />
      <span>
        <strong>{isDragActive ? "Drop to look at it" : "Drop a model's folder or its files"}</strong>
        <span className="field-help">
          config.json, tokenizer.json, tokenizer_config.json and model.safetensors, or its shards with their index.
        </span>
      </span>
      <span className="model-pickers">
        <button type="button" className="button" onClick={() => folder.current?.click()}>
          Choose folder…
        </button>
        <button type="button" className="button" onClick={open}>
          Choose files…
        </button>
      </span>
      <input {...getInputProps({ "aria-label": "Model files", tabIndex: -1 })} />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Model folder"
        tabIndex={-1}
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = "";
          if (files.length > 0) void inspectFiles(files);
        }}
      />
    </div>
  );
}
