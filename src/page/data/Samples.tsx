/** The sample data sets that come with the studio, by what is to be answered. */

import type { SampleListing, TaskId } from "../../worker/api";
import { openSample } from "../actions/data";
import { listSamplesAgain } from "../actions/start";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import "./Samples.css";

const ANSWERS: Record<TaskId, string> = {
  "sequence-classification": "One label for a text",
  "multi-label-classification": "Several labels for a text",
  regression: "A number for a text",
  "token-classification": "A tag for every word",
  "causal-lm": "A text to write",
};

export function Samples() {
  const samples = useStudio((state) => state.data.samples);
  const sample = useStudio((state) => state.data.sample);
  const starting = useStudio((state) => state.device.starting !== null);
  const [first] = samples;
  if (!first) {
    if (starting) return null;
    return (
      <button type="button" className="button" onClick={() => void listSamplesAgain()}>
        List the samples again
      </button>
    );
  }
  const tasks = [...new Set(samples.map(({ task }) => task))];
  const shown = (sample ?? first).task;
  return (
    <fieldset className="samples">
      <legend className="group-label">Or a sample</legend>
      {tasks.map((task) => (
        <details key={task} className="sample-group" open={task === shown}>
          <summary>
            {ANSWERS[task]}{" "}
            <span className="muted">{formatPlural(samples.filter((own) => own.task === task).length, "sample")}</span>
          </summary>
          {samples
            .filter((listing) => listing.task === task)
            .map((listing) => (
              <SampleButton key={listing.id} listing={listing} pressed={listing.id === sample?.id} />
            ))}
        </details>
      ))}
    </fieldset>
  );
}

function SampleButton({ listing, pressed }: { listing: SampleListing; pressed: boolean }) {
  const opening = useStudio((state) => state.data.opening !== null);
  return (
    <button
      type="button"
      className="list-button"
      aria-pressed={pressed}
      disabled={opening}
      onClick={() => void openSample(listing.id)}
    >
      <strong>{listing.title}</strong> <span className="muted">{formatPlural(listing.rows, "row")}</span>
      <span className="field-help">{listing.description}</span>
    </button>
  );
}
