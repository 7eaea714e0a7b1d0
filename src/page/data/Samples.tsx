/** The sample data sets that come with the studio. */

import { openSample } from "../actions/data";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";

export function Samples() {
  const { samples, sample, opening } = useStudio((state) => state.data);
  if (samples.length === 0) return null;
  return (
    <fieldset className="samples">
      <legend className="group-label">Or a sample</legend>
      {samples.map((listing) => (
        <button
          key={listing.id}
          type="button"
          className="list-button"
          aria-pressed={listing.id === sample?.id}
          disabled={opening !== null}
          onClick={() => void openSample(listing.id)}
        >
          <strong>{listing.title}</strong> <span className="muted">{formatPlural(listing.rows, "row")}</span>
          <span className="field-help">{listing.description}</span>
        </button>
      ))}
    </fieldset>
  );
}
