/** A data set of the Hub by its name. Nothing is asked for before a button is pressed. */

import { useState } from "react";
import type { DatasetListing } from "../../worker/api";
import { type ChosenFiles, downloadDataset, lookUpDataset, stopDownload } from "../actions/hub-data";
import { Field } from "../fields/Field";
import { HUB, HubAccessFields, hubOf } from "../fields/HubAccessFields";
import { SelectField } from "../fields/SelectField";
import { formatBytes } from "../numbers";
import { useStudio } from "../store/store";
import { shownWait } from "../store/waits";

export function HubDataset() {
  const opening = useStudio((state) => state.data.opening !== null);
  const [name, setName] = useState("");
  const [access, setAccess] = useState({ token: "", address: HUB });
  const [found, setFound] = useState<DatasetListing | null>(null);
  const { hub, problem } = hubOf(access);
  const look = async () => {
    if (problem !== null || name.trim() === "") return;
    setFound(null);
    setFound(await lookUpDataset({ name, token: access.token.trim() || null, address: hub }));
  };
  return (
    <details className="sample-group">
      <summary>Or a data set of the Hugging Face Hub</summary>
      <div className="model-form hub-dataset">
        <Field label="Data set" help="OWNER/NAME, or OWNER/NAME@REVISION for a branch, tag or commit.">
          {(input) => (
            <input
              {...input}
              className="input"
              value={name}
              onChange={(event) => setName(event.target.value)}
              onKeyDown={(event) => event.key === "Enter" && void look()}
              placeholder="stanfordnlp/sst2"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
            />
          )}
        </Field>
        <HubAccessFields access={access} noun="data sets" onChange={setAccess} />
        <div className="inline">
          <button
            type="button"
            className="button"
            disabled={opening || name.trim() === "" || problem !== null}
            onClick={() => void look()}
          >
            Look up
          </button>
          <p className="field-help model-privacy">
            Asks {problem === null ? new URL(hub).host : "the Hub"} and the file servers it points to. They learn the
            data set's name and which files you take.
          </p>
        </div>
        {found && <FoundFiles key={`${found.source} ${found.commit}`} found={found} />}
      </div>
    </details>
  );
}

/** A file may itself have an empty name, so "none" needs a value no file has. */
const NONE = "\u0000";

function FoundFiles({ found }: { found: DatasetListing }) {
  const opening = useStudio((state) => state.data.opening !== null);
  const downloading = useStudio((state) => shownWait(state)?.event.wait === "downloading data");
  const [chosen, setChosen] = useState<ChosenFiles>(found.likely);
  const sizeOf = new Map(found.files.map(({ name, bytes }) => [name, bytes]));
  const choices = found.files.map(({ name, bytes }) => ({ value: name, label: `${name} (${formatBytes(bytes)})` }));
  const names = [chosen.train, chosen.validation, chosen.test].filter((name) => name !== null);
  const bytes = [...new Set(names)].reduce((sum, name) => sum + (sizeOf.get(name) ?? 0), 0);
  const parts = found.files.filter(({ part }) => part === "train").length;
  const optional = (part: "validation" | "test", label: string) => (
    <SelectField
      label={label}
      value={chosen[part] ?? NONE}
      choices={[{ value: NONE, label: "a share of the training rows" }, ...choices]}
      onChange={(value) => setChosen({ ...chosen, [part]: value === NONE ? null : value })}
    />
  );
  return (
    <>
      <p className="field-help">
        {found.name} at {found.commit.slice(0, 7)}, licence: {found.licence ?? "none named"}.
        {parts > 1 && ` Training rows are in ${parts} files, of which one is opened at a time.`}
      </p>
      <div className="field-grid field-grid-1">
        <SelectField
          label="Rows for training"
          value={chosen.train}
          choices={choices}
          onChange={(train) => setChosen({ ...chosen, train })}
        />
        {optional("validation", "Rows for validation")}
        {optional("test", "Rows for the test")}
      </div>
      <div className="inline">
        <button
          type="button"
          className="button"
          disabled={opening}
          onClick={() => void downloadDataset(found.source, chosen)}
        >
          Download {formatBytes(bytes)} and open
        </button>
        {downloading && (
          <button type="button" className="button" onClick={() => void stopDownload()}>
            Stop
          </button>
        )}
      </div>
    </>
  );
}
