/** What is held out for validation: a share of the training file, or a second file. */

import type { DataSummary } from "../../worker/api";
import { closeValidation, openFile, setData } from "../actions/data";
import { FileButton } from "../controls/FileButton";
import { NumberField } from "../controls/NumberField";
import { formatPlural } from "../numbers";

export function ValidationFields({ summary }: { summary: DataSummary }) {
  const { validation, settings } = summary;
  return (
    <div className="field-grid">
      {validation ? (
        <div className="field field-wide">
          <span className="field-label">Validation file</span>
          <div className="inline">
            <span>
              {validation.file} <span className="muted">{formatPlural(validation.rows, "row")}</span>
            </span>
            <button type="button" className="button button-small" onClick={() => void closeValidation()}>
              Remove
            </button>
          </div>
        </div>
      ) : (
        <NumberField
          label="Held out, %"
          help={
            summary.answer === "label" ? "Drawn with the seed; every label keeps its share." : "Drawn with the seed."
          }
          value={Number((settings.validationFraction * 100).toPrecision(10))}
          onLeave
          above={0}
          below={100}
          onChange={(percent) => percent !== null && void setData({ validationFraction: percent / 100 }, "validation")}
        />
      )}
      <div className="field">
        <span className="field-label">{validation ? "Another file" : "Or a validation file"}</span>
        <FileButton label="Validation file" onFile={(file) => void openFile(file, "validation")}>
          Choose…
        </FileButton>
        <p className="field-help">With the same columns and labels.</p>
      </div>
    </div>
  );
}
