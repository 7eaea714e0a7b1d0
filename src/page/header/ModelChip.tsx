/** The base model that is open: name, parameters, bytes, element type; more on a click. */

import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import { openModel } from "../actions/model";
import { formatBytes, formatCount, formatParameters } from "../format";
import { isBusy, useStudio } from "../store/store";
import { Facts } from "./Facts";

export function ModelChip() {
  const { listings, summary, opening, error } = useStudio((state) => state.model);
  const busy = useStudio(isBusy);
  const openingName = listings.find((listing) => listing.source === opening)?.name ?? opening;
  const others = listings.filter((listing) => listing.source !== summary?.source);
  return (
    <Popover.Root>
      <Popover.Trigger className={error ? "chip chip-problem" : "chip"}>
        <span className="chip-label">Base model</span>
        <span className="chip-value">
          {opening ? `opening ${openingName}…` : (summary?.name ?? (error ? "not loaded" : "none"))}
        </span>
        {summary && !opening && (
          <span className="chip-detail">
            {formatParameters(summary.parameters)} parameters · {formatBytes(summary.fileBytes)} · {summary.elementType}
          </span>
        )}
        <ChevronDown size={14} aria-hidden="true" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="popover" align="start" sideOffset={8} collisionPadding={8} aria-label="Base model">
          {error && <p className="field-problem">{error}</p>}
          {summary && (
            <>
              <h2 className="popover-title">{summary.name}</h2>
              <Facts
                facts={[
                  ["Family", summary.family],
                  ["Parameters", formatCount(summary.parameters)],
                  ["File", formatBytes(summary.fileBytes)],
                  ["On the GPU", `${formatBytes(summary.gpuBytes)} (${summary.elementType})`],
                  ["Layers × width", `${summary.layers} × ${formatCount(summary.hiddenSize)}`],
                  ["Heads", `${summary.heads} query, ${summary.keyValueHeads} key/value`],
                  ["Vocabulary", formatCount(summary.vocabulary)],
                  ["Context", `${formatCount(summary.contextLength)} tokens`],
                ]}
              />
              <p className="field-help">Its weights are frozen and shared by all runs. They never leave this page.</p>
            </>
          )}
          {others.length > 0 && <h2 className="popover-title">{summary ? "Open another" : "Open a base model"}</h2>}
          {others.map((listing) => (
            <button
              key={listing.source}
              type="button"
              className="list-button"
              disabled={busy || opening !== null}
              onClick={() => void openModel(listing.source)}
            >
              <strong>{listing.name}</strong> <span className="muted">{formatBytes(listing.bytes)}</span>
              <span className="field-help">{listing.description}</span>
            </button>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
