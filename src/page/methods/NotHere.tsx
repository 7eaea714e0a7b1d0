/** What a search for methods finds of what is not here, from the guide's table. */

import { matches } from "../guide/find";
import { systems } from "../guide/systems";

/** More are in the guide. */
const MOST = 4;

export default function NotHere({ search }: { search: string }) {
  const found = systems.filter(
    ({ state, name, where, outOfScope, missing }) =>
      state === "no" && matches(search, [name, where, outOfScope, missing]),
  );
  if (found.length === 0) return null;
  return (
    <section aria-label="Not here">
      <h3 className="chooser-heading">Not here</h3>
      <ul className="chooser-list">
        {found.slice(0, MOST).map(({ id, name, outOfScope, missing }) => (
          <li key={id} className="chooser-absent">
            <strong>{name}</strong>
            <span className="chooser-summary muted">
              {outOfScope === "" ? (missing === "" ? "Not yet." : `Missing: ${missing}.`) : `Because ${outOfScope}.`}
            </span>
          </li>
        ))}
      </ul>
      {found.length > MOST && <p className="field-help">{found.length - MOST} more in the method guide.</p>}
    </section>
  );
}
