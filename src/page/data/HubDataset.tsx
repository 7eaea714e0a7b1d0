/** A data set of the Hub by its name, and which of its tables are opened. */

import { useState } from "react";
import type { DatasetListing, SubsetListing, TableListing } from "../../worker/api";
import { type ChosenTables, downloadDataset, lookUpDataset, stopDownload } from "../actions/hub-data";
import { HubLookup } from "../fields/HubLookup";
import { SelectField } from "../fields/SelectField";
import { formatBytes, formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import { shownWait } from "../store/waits";

export function HubDataset() {
  const opening = useStudio((state) => state.data.opening !== null);
  const [found, setFound] = useState<DatasetListing | null>(null);
  return (
    <details className="sample-group">
      <summary>Or a data set of the Hugging Face Hub</summary>
      <div className="model-form hub-dataset">
        <HubLookup
          label="Data set"
          noun="data sets"
          placeholder="stanfordnlp/sst2"
          learned="They learn the data set's name and which files you take."
          disabled={opening}
          onLookUp={(place) => {
            setFound(null);
            void lookUpDataset(place).then(setFound);
          }}
        />
        {found && <FoundDataset key={`${found.source} ${found.commit}`} found={found} />}
      </div>
    </details>
  );
}

/** A subset or a table may itself have an empty name, so "none" needs a value that no name has. */
const NONE = "\u0000";

function FoundDataset({ found }: { found: DatasetListing }) {
  const { subsets } = found;
  const [name, setName] = useState(subsets.find(({ isDefault }) => isDefault)?.name ?? NONE);
  const subset = subsets.find((one) => one.name === name);
  const choices = subsets.map((one) => ({ value: one.name, label: one.name || "files outside of folders" }));
  return (
    <>
      <p className="field-help">
        {found.name} at {found.commit.slice(0, 7)}, licence: {found.licence ?? "none named"}.
      </p>
      {subsets.length > 1 && (
        <SelectField
          label="Subset"
          help={`The data set has ${formatPlural(subsets.length, "subset")}, such as languages or versions. One is opened.`}
          value={name}
          choices={subset ? choices : [{ value: NONE, label: "choose one" }, ...choices]}
          onChange={setName}
        />
      )}
      {subset && <FoundTables key={name} source={found.source} subset={subset} />}
    </>
  );
}

function FoundTables({ source, subset: { tables, likely } }: { source: string; subset: SubsetListing }) {
  const opening = useStudio((state) => state.data.opening !== null);
  const downloading = useStudio((state) => shownWait(state)?.event.wait === "downloading data");
  const [chosen, setChosen] = useState<ChosenTables>(likely);
  const known = new Map(tables.map((table) => [table.name, table]));
  const choices = tables.map((table) => ({ value: table.name, label: tableInWords(table) }));
  const names = [...new Set([chosen.train, chosen.validation, chosen.test])];
  const wanted = names.flatMap((name) => (name === null ? [] : (known.get(name) ?? [])));
  const bytes = wanted.reduce((sum, table) => sum + table.bytes, 0);
  /** Names may be too long for the field: what matters of the chosen table is said below it. */
  const saidOf = (name: string | null) => {
    const table = name === null ? undefined : known.get(name);
    return {
      problem: table?.problem ?? null,
      help:
        table && table.files > 1 && table.problem === null
          ? `${formatPlural(table.files, "file")}, joined in their order.`
          : undefined,
    };
  };
  const optional = (part: "validation" | "test", label: string) => (
    <SelectField
      label={label}
      {...saidOf(chosen[part])}
      value={chosen[part] ?? NONE}
      choices={[{ value: NONE, label: "a share of the training rows" }, ...choices]}
      onChange={(value) => setChosen({ ...chosen, [part]: value === NONE ? null : value })}
    />
  );
  return (
    <>
      <div className="field-grid field-grid-1">
        <SelectField
          label="Rows for training"
          {...saidOf(chosen.train)}
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
          disabled={opening || wanted.some(({ problem }) => problem !== null)}
          onClick={() => void downloadDataset(source, chosen)}
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

/** `data/train-*-of-00002.parquet (2 files, 48 MB)`. */
function tableInWords({ name, files, bytes }: TableListing): string {
  return `${name} (${files > 1 ? `${formatPlural(files, "file")}, ` : ""}${formatBytes(bytes)})`;
}
