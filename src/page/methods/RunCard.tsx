/**
 * One chosen run: its name, what it changes, trains and needs, and, opened, its options
 * (`RunOptions.tsx`).
 */

import { BadgeCheck, Copy, SlidersHorizontal, Trash2 } from "lucide-react";
import { lazy, Suspense, useId, useMemo, useState } from "react";
import type { MethodDescription } from "../../worker/api";
import { duplicateRun, removeRun } from "../actions/drafts";
import { RunSwatch } from "../charts/RunSwatch";
import { BlockDrawing } from "../method-cards/BlockDrawing";
import { isInUse, optionFields } from "../store/option-fields";
import { estimateOf } from "../store/run-estimate";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { FOLLOWS_DATA, NO_TEXT } from "../store/suggested-text";
import { EstimateLine } from "./EstimateLine";
import { ParameterBar } from "./ParameterBar";
import { SweepLine } from "./SweepLine";
import "./RunCard.css";

const RunOptions = lazy(() => import("./RunOptions"));

interface RunCardProps {
  run: DraftRun;
  method: MethodDescription;
}

export function RunCard({ run, method }: RunCardProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const fields = useMemo(() => optionFields(method.optionsSchema), [method.optionsSchema]);
  const used = fields.filter((field) => isInUse(field, run.options));
  const text = used.find((field) => field.kind === "semantic-text" || field.kind === "examples");
  const trained = useStudio((state) => estimateOf(state.methods, run)?.parts ?? null);
  const layers = useStudio((state) => state.model.summary?.layers);
  const written = text ? run.options[text.key] : undefined;
  return (
    <li className="run-card" aria-label={run.name}>
      <div className="run-card-heading">
        <RunSwatch slot={run.slot} />
        <strong className="run-card-name">{run.name}</strong>
        <button
          type="button"
          className="icon-button"
          aria-expanded={open}
          aria-controls={`${id}-options`}
          aria-label={`Options of ${run.name}`}
          title="Options"
          onClick={() => setOpen(!open)}
        >
          <SlidersHorizontal size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Add a copy of ${run.name}`}
          title="Add a copy"
          onClick={() => duplicateRun(run.id)}
        >
          <Copy size={16} aria-hidden="true" />
        </button>
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove ${run.name}`}
          title="Remove"
          onClick={() => removeRun(run.id)}
        >
          <Trash2 size={16} aria-hidden="true" />
        </button>
      </div>
      <div className="run-card-body">
        <BlockDrawing trained={trained} site={method.site} layers={layers} small />
        <div className="run-card-facts">
          <p className="run-card-line muted">{run.name === method.title ? method.summary : method.title}</p>
          {typeof written === "string" && !open && (
            <p className="run-card-line run-card-text">{written === NO_TEXT ? FOLLOWS_DATA : `“${written}”`}</p>
          )}
          {run.initFrom !== undefined && <p className="run-card-line muted">{startedFrom(run.initFrom)}</p>}
          <SweepLine run={run} fields={used} />
          <EstimateLine run={run} />
          <ParameterBar run={run} />
          <ProofBadge run={run} />
        </div>
      </div>
      <div id={`${id}-options`} hidden={!open}>
        {open && (
          <Suspense fallback={<p className="waiting">Opening the options…</p>}>
            <RunOptions run={run} method={method} fields={used} />
          </Suspense>
        )}
      </div>
    </li>
  );
}

/** `imported:FILE#SHA-256`, or a folder that a configuration names. */
function startedFrom(initFrom: string): string {
  const [, file, sha256] = /^imported:(.*)#(\w*)$/.exec(initFrom) ?? [];
  return file === undefined ? `Starts from ${initFrom}.` : `Starts from ${file}${sha256 && ` (SHA-256 ${sha256}…)`}.`;
}

/** What was computed of the options as they are now. */
function ProofBadge({ run: { proof, options } }: { run: DraftRun }) {
  if (!proof || proof.options !== options) return null;
  return (
    <p className={proof.equal ? "proof-badge" : "proof-badge proof-badge-not"} title={proof.measured}>
      {proof.equal && <BadgeCheck size={14} aria-hidden="true" />}
      {proof.equal ? `= ${proof.method} at step 0, proved` : `not equal to ${proof.method} at step 0`}
    </p>
  );
}
