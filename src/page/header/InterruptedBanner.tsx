/** Offers to go on with a comparison that broke off by a reload, a crash or a closed tab. */

import { useState } from "react";
import { forget, goOn } from "../actions/interrupted";
import { Message } from "../layout/Message";
import { formatCount, formatPlural, formatWhen } from "../numbers";
import type { Interrupted } from "../store/state";
import { isBusy, useStudio } from "../store/store";

export function InterruptedBanner() {
  const interrupted = useStudio((state) => state.comparison.interrupted[0]);
  const busy = useStudio(isBusy);
  // Until what is opened by itself is open; a moment in between must not count as the end of it.
  const opening = useStudio(
    ({ data, device, model }) => device.starting !== null || model.opening !== null || data.opening !== null,
  );
  const hasDevice = useStudio(({ device }) => device.lost === null && device.refused === null);
  const [forgotten, setForgotten] = useState<string | null>(null);
  if (!interrupted || !hasDevice) return null;
  const forgetting = forgotten === interrupted.id;
  const { step } = interrupted;
  return (
    <Message
      kind="info"
      actions={
        <>
          <button
            type="button"
            className="button button-small"
            disabled={busy || opening || forgetting}
            onClick={() => void goOn(interrupted)}
          >
            {step > 0 ? `Go on from step ${formatCount(step)}` : "Start it again"}
          </button>
          <button
            type="button"
            className="button button-small"
            disabled={busy || forgetting}
            onClick={() => {
              setForgotten(interrupted.id);
              void forget(interrupted);
            }}
          >
            {forgetting ? "Forgetting…" : "Forget it"}
          </button>
        </>
      }
    >
      <strong>A comparison was broken off.</strong> {inWords(interrupted)}
    </Message>
  );
}

function inWords({ configuration, record, step: kept }: Interrupted): string {
  const runs = formatPlural(record?.runs.length ?? configuration.runs.length, "run");
  if (!record) return `${runs} on ${configuration.data.train}.`;
  const { startedAt, dataTitle, step, steps } = record;
  return `${formatWhen(startedAt)}, ${runs} on ${dataTitle}, at step ${formatCount(Math.max(step, kept))} of ${formatCount(steps)}.`;
}
