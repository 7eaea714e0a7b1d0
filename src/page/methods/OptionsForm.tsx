/** A method's options as a form, made from its schema. */

import { Fragment } from "react";
import { changeOption } from "../actions/drafts";
import type { OptionField } from "../store/option-fields";
import type { DraftRun } from "../store/state";
import { useStudio } from "../store/store";
import { EqualBudget } from "./EqualBudget";
import { OptionInput } from "./OptionInput";
import { inShort } from "./sweep-words";

interface OptionsFormProps {
  run: DraftRun;
  fields: readonly OptionField[];
}

export function OptionsForm({ run, fields }: OptionsFormProps) {
  const linearNames = useStudio((state) => state.model.summary?.linearNames);
  return (
    <div className="field-grid field-grid-1">
      {fields.map((field) => (
        <Fragment key={field.key}>
          {run.sweep?.[field.key] && (
            <p className="field-help">
              {field.title}: {run.sweep[field.key]!.map(inShort).join(" · ")}, tried by the sweep.
            </p>
          )}
          <OptionInput
            field={field}
            linearNames={linearNames ?? []}
            options={run.options}
            onChange={(value, problem = null) => changeOption(run.id, field.key, value, problem)}
          />
          {field.equalBudget && <EqualBudget run={run} field={{ ...field, equalBudget: field.equalBudget }} />}
        </Fragment>
      ))}
    </div>
  );
}
