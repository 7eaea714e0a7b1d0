/** The base model that is open: name, parameters, bytes, element type; more on a click. */

import { ChevronDown } from "lucide-react";
import { Popover } from "radix-ui";
import type { ModelSummary } from "../../worker/api";
import { openModel, refreshModels } from "../actions/model";
import { Segmented } from "../fields/Segmented";
import { EngineersDetail } from "../layout/EngineersDetail";
import { formatBytes, formatCount, formatParameters } from "../numbers";
import { memoryWords } from "../store/device-words";
import { isBusy, patch, useStudio } from "../store/store";
import { Facts } from "./Facts";

export function ModelChip() {
  const { listings, summary, opening, error } = useStudio((state) => state.model);
  const isStarting = useStudio((state) => state.device.starting === "model" && state.device.lost === null);
  const busy = useStudio(isBusy);
  const memory = useStudio(memoryWords);
  const openingName = listings.find((listing) => listing.source === opening)?.name ?? opening;
  return (
    <Popover.Root>
      <Popover.Trigger className={error ? "chip chip-problem" : "chip"}>
        <span className="chip-label">Base model</span>
        <span className="chip-value">
          {opening ? `opening ${openingName}…` : (summary?.name ?? (error ? "not loaded" : isStarting ? "…" : "none"))}
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
                  ["Parameters", formatCount(summary.parameters)],
                  ["File", formatBytes(summary.fileBytes)],
                  [capitalise(memory.where), `${formatBytes(summary.memoryBytes)} (${summary.elementType})`],
                  ["Reads at most", `${formatCount(summary.contextLength)} tokens`],
                ]}
              />
              <EngineersDetail>
                <Facts
                  facts={[
                    ["Family", summary.family],
                    ["Layers × width", `${summary.layers} × ${formatCount(summary.hiddenSize)}`],
                    ["Heads", `${summary.heads} query, ${summary.keyValueHeads} key/value`],
                    ["Vocabulary", formatCount(summary.vocabulary)],
                  ]}
                />
                <SpecialTokens tokens={summary.specialTokens} />
              </EngineersDetail>
              {summary.precisionNote && <p className="field-problem">{summary.precisionNote}</p>}
              <h2 className="popover-title">Weights {memory.where}</h2>
              <fieldset className="plain-fieldset field" disabled={busy || opening !== null}>
                <Segmented
                  label={`Weights ${memory.where}`}
                  value={summary.precision}
                  choices={[
                    { value: "auto", label: "automatic" },
                    { value: "float16", label: "float16" },
                    { value: "float32", label: "float32" },
                  ]}
                  onChange={(precision) => void openModel(summary.source, precision)}
                />
                <p className="field-help">
                  float16 takes half the memory and a little more time. Automatic takes it for 16-bit files that would
                  need over 1 GiB as float32. All computing and training is float32.
                </p>
              </fieldset>
              <p className="field-help">Its weights are frozen and shared by all runs. They never leave this page.</p>
            </>
          )}
          <Popover.Close asChild>
            <button type="button" className="button" disabled={busy} onClick={() => chooseModel()}>
              Choose another base model…
            </button>
          </Popover.Close>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

const capitalise = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

function chooseModel(): void {
  patch("model", { choosing: true, place: "ready", details: null, lookError: null });
  void refreshModels();
}

function SpecialTokens({ tokens }: { tokens: ModelSummary["specialTokens"] }) {
  if (tokens.length === 0) return <p className="field-help">Its tokenizer has no special tokens.</p>;
  return (
    <>
      <h3 className="group-label">Special tokens</h3>
      <ul className="special-tokens" aria-label="Special tokens">
        {tokens.map(({ id, text, roles }) => (
          <li key={id}>
            <code>{text}</code> <span className="muted">id {formatCount(id)}</span> {roles.join(", ")}
          </li>
        ))}
      </ul>
    </>
  );
}
