/** Which files were open before the page was loaded: a page may not open them again by itself. */

import { goOnWithout, openFile } from "../actions/data";
import { partWords } from "../compare/obstacle";
import { FileButton } from "../fields/FileButton";
import { Message } from "../layout/Message";
import { formatPlural } from "../numbers";
import type { AwaitedData } from "../store/state";
import { useStudio } from "../store/store";
import "./OwnFiles.css";

export function AwaitedFiles() {
  const awaited = useStudio((state) => state.data.awaited);
  const isOpen = useStudio((state) => state.data.summary !== null);
  const opening = useStudio((state) => state.data.opening !== null);
  if (!awaited || opening) return null;
  // The others belong to the training file and are asked for once it is open.
  const files = isOpen ? awaited.files : awaited.files.filter(({ role }) => role === "train");
  if (files.length === 0) return isOpen ? null : <Unnamed {...awaited} />;
  return files.map(({ role, file, rows }) => (
    <Message key={role} kind="warning">
      <strong>
        {file} ({formatPlural(rows, "row")}) was open{role === "train" ? "" : ` as ${partWords[role]}`}: open it again.
      </strong>{" "}
      {role === "train" &&
        "A page may not do so by itself. Or open other data: texts that say the task then follow them."}
      <span className="awaited-actions">
        <FileButton label={`${file}, again`} onFile={(chosen) => void openFile(chosen, role)}>
          Choose {file}…
        </FileButton>
        {role !== "train" && (
          <button type="button" className="button" onClick={() => goOnWithout(role)}>
            Go on without it
          </button>
        )}
      </span>
    </Message>
  ));
}

/** Of an address that somebody else made, or that names a sample which is not there. */
function Unnamed({ linked }: AwaitedData) {
  if (!linked || linked.sample === undefined) return null;
  const columns = Object.values(linked.columns)
    .flat()
    .filter((name) => typeof name === "string" && name !== "");
  return (
    <Message kind="warning">
      {linked.sample === null
        ? `The address is of a file of somebody's own, read by ${columns.map((name) => `“${name}”`).join(" and ")}: open such a file, or take a sample.`
        : `The address is of the sample “${linked.sample}”, which could not be opened: open a file, or another sample.`}
    </Message>
  );
}
