/** Whether runs are calibrated when they have ended, for tasks whose labels have chances. */

import { changeTraining } from "../actions/drafts";
import { Field } from "../fields/Field";
import { useStudio } from "../store/store";

export function CalibrateField() {
  const answer = useStudio((state) => state.data.summary?.answer);
  const calibrate = useStudio((state) => state.training.settings?.calibrate) ?? false;
  if (answer !== "label" && answer !== "labels") return null;
  return (
    <Field
      label="Calibrate each run when it has ended"
      help={
        answer === "labels"
          ? "Tunes on the validation rows how sure it may be, and from which chance on each label is given."
          : "Tunes on the validation rows how sure it may be, so that of what it says with 80 % about 8 in 10 are right."
      }
    >
      {(input) => (
        <input
          {...input}
          type="checkbox"
          className="checkbox"
          checked={calibrate}
          // Left out where it is off, which is what is meant without it.
          onChange={(event) => changeTraining({ calibrate: event.target.checked || undefined })}
        />
      )}
    </Field>
  );
}
