/** Questions that several runs answer together, each chosen with one click in place of the runs. */

import { Undo2 } from "lucide-react";
import { presets } from "../../plan/presets/registry";
import { choosePreset, restoreReplaced } from "../actions/drafts";
import { formatPlural } from "../numbers";
import { useStudio } from "../store/store";
import "./Presets.css";

interface PresetsProps {
  title: string;
  /** Called once the runs are there. */
  onChosen?: () => void;
}

export function Presets({ title: legend, onChosen }: PresetsProps) {
  const replaced = useStudio((state) => state.methods.replaced);
  const isReady = useStudio(({ data, model }) => data.summary?.problem === null && model.summary !== null);
  return (
    <fieldset className="presets">
      <legend className="group-label">{legend}</legend>
      {presets.map(({ id, title, summary }) => (
        <button
          key={id}
          type="button"
          className="button button-small"
          disabled={!isReady}
          title={summary}
          onClick={() => void choosePreset(id).then(onChosen)}
        >
          {title}
        </button>
      ))}
      {replaced && (
        <button type="button" className="text-button presets-undo" onClick={restoreReplaced}>
          <Undo2 size={13} aria-hidden="true" /> Back to the {formatPlural(replaced.length, "run")} before
        </button>
      )}
    </fieldset>
  );
}
