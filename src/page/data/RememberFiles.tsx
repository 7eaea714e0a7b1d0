/** Whether the open files stay on this computer for the next visit, and how they are forgotten. */

import { forgetFiles, isRemembered, openRemembered, rememberOpenFiles } from "../actions/remembered";
import { formatBytes } from "../numbers";
import { ownFiles } from "../store/own-files";
import type { OwnFile } from "../store/state";
import { useStudio } from "../store/store";
import "./OwnFiles.css";

export function RememberFiles() {
  const data = useStudio((state) => state.data);
  const { remembered, opening } = data;
  const open = ownFiles(data);
  const isOwn = open.some(({ role }) => role === "train");
  const isKept = remembered !== null && isOwn && isRemembered(open, remembered);
  return (
    <>
      {isOwn && (
        <label className="check remember">
          <input
            type="checkbox"
            className="checkbox"
            checked={isKept}
            disabled={opening !== null}
            onChange={({ target }) => void (target.checked ? rememberOpenFiles() : forgetFiles())}
          />
          <span>
            Remember {named(open)} on this computer
            <span className="field-help">
              {isKept
                ? "Kept in this browser's storage and open on your next visit. Untick to forget it."
                : "Off: nothing of the rows is kept, and a reload asks for the file again."}
            </span>
          </span>
        </label>
      )}
      {remembered && !isKept && (
        <p className="field-help">
          {named(remembered)} ({formatBytes(remembered.reduce((sum, { bytes }) => sum + bytes, 0))}){" "}
          {remembered.length === 1 ? "is" : "are"} remembered on this computer.{" "}
          <button
            type="button"
            className="button button-small"
            disabled={opening !== null}
            onClick={() => void openRemembered()}
          >
            Open
          </button>{" "}
          <button type="button" className="button button-small" onClick={() => void forgetFiles()}>
            Forget
          </button>
        </p>
      )}
    </>
  );
}

const named = (files: readonly OwnFile[]) => files.map(({ file }) => file).join(", ");
