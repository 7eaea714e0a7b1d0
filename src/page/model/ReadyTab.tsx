/** Models that open at once: bundled with the page, or stored in this browser. */

import { openModel } from "../actions/model";
import { formatBytes } from "../numbers";
import { useStudio } from "../store/store";

export function ReadyTab() {
  const { listings, summary, opening } = useStudio((state) => state.model);
  return (
    <ul aria-label="Models that are ready">
      {listings.map(({ source, name, bytes, description }) => {
        const isOpen = source === summary?.source;
        return (
          <li key={source}>
            <button
              type="button"
              className="list-button"
              aria-pressed={isOpen}
              disabled={opening !== null || isOpen}
              onClick={() => void openModel(source)}
            >
              <strong>{name}</strong>{" "}
              <span className="muted">
                {formatBytes(bytes)}
                {isOpen && " · open"}
                {opening === source && " · opening…"}
              </span>
              <span className="field-help">{description}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
