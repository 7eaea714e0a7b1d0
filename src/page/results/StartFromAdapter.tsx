/**
 * An imported adapter of other labels: what a run may take of it, what begins anew, and from where.
 */

import { Plus } from "lucide-react";
import { useState } from "react";
import type { AdapterStart } from "../../worker/api";
import { addStart } from "../actions/beside";
import { formatCount, formatPlural } from "../numbers";
import { isBusy, useStudio } from "../store/store";
import { AdapterNotices } from "./AdapterNotices";

export function StartFromAdapter({ start }: { start: AdapterStart }) {
  const { name, source, differs, taken, notices, run } = start;
  const busy = useStudio(isBusy);
  const method = useStudio((state) => state.methods.descriptions.find(({ id }) => id === run.method));
  const [added, setAdded] = useState(false);
  return (
    <div className="imported-run">
      <p>
        <strong>{name}</strong> ({method?.title ?? run.method}) cannot answer here. {differs} A run can start from it
        all the same (transfer).
      </p>
      <p className="field-help">
        Taken: {formatPlural(taken.tensors, "tensor")} of the adapter, {formatCount(taken.values)} numbers. New: the
        head, since its labels are others, and the optimiser.
        {source && ` Source: ${source.file}, SHA-256 ${source.sha256.slice(0, 12)}…, noted in the run's run.json.`}
      </p>
      <AdapterNotices notices={notices} />
      <div className="imported-actions">
        <button
          type="button"
          className="button"
          disabled={busy || added}
          onClick={() => {
            addStart(start);
            setAdded(true);
          }}
        >
          <Plus size={16} aria-hidden="true" /> Add a run that starts from it
        </button>
      </div>
      <p className="field-help">
        {added
          ? "Two runs were added under Methods: one starts from this file, one from its own start, to compare them by. Press Compare."
          : "A second run of the same method, from its own start, is added beside it."}
      </p>
    </div>
  );
}
