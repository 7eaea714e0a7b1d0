/** What this browser keeps of models: how much, from where, and away with it. */

import { Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { removeStored } from "../actions/model";
import { formatBytes } from "../numbers";
import { useStudio } from "../store/store";

export function StorageTab() {
  const { stored, opening, downloading } = useStudio((state) => state.model);
  const quota = useQuota();
  const bytes = stored.reduce((sum, { storedBytes }) => sum + storedBytes, 0);
  return (
    <>
      <p className="field-help">
        {formatBytes(bytes)} of models are stored in this browser
        {quota === null ? "" : `, which allows this page ${formatBytes(quota)}`}. Stored models open without a network.
      </p>
      {stored.length === 0 && <p className="waiting">Nothing is stored.</p>}
      <ul className="stored-models" aria-label="Stored models">
        {stored.map((model) => (
          <li key={model.source} className="stored-model">
            <span>
              <strong>{model.name}</strong>
              <span className="field-help">
                {model.storedBytes < model.bytes
                  ? `${formatBytes(model.storedBytes)} of ${formatBytes(model.bytes)}, not complete`
                  : formatBytes(model.bytes)}
                {" · "}
                {model.source.startsWith("bundled:") ? "comes with the page" : `from ${new URL(model.address).host}`}
                {model.licence !== null && ` · licence ${model.licence}`}
              </span>
            </span>
            <button
              type="button"
              className="icon-button"
              aria-label={`Delete ${model.name} from the storage`}
              title="Delete from the storage"
              disabled={opening !== null || downloading !== null}
              onClick={() => void removeStored(model.source)}
            >
              <Trash2 size={16} aria-hidden="true" />
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Bytes the browser lets this page store; null while unknown. */
function useQuota(): number | null {
  const [quota, setQuota] = useState<number | null>(null);
  useEffect(() => {
    navigator.storage?.estimate?.().then(
      (estimate) => setQuota(estimate.quota ?? null),
      () => {},
    );
  }, []);
  return quota;
}
