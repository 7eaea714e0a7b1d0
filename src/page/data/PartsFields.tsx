/**
 * What is kept from training: rows for validation and for the test, drawn from the training file or
 * in files of their own, and the column whose groups stay together.
 */

import type { DataSummary, TestPlan } from "../../worker/api";
import { closeFile, openFile, setData } from "../actions/data";
import { FileButton } from "../fields/FileButton";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { formatPlural } from "../numbers";

/** A column may itself have an empty name, so "none" needs a value no column has. */
const NONE = "\u0000";

export function PartsFields({ summary }: { summary: DataSummary }) {
  const { validation, test, settings } = summary;
  const drawn =
    summary.answer === "label" ? "Drawn with the seed; every label keeps its share." : "Drawn with the seed.";
  return (
    <>
      <div className="field-grid">
        {validation ? (
          <OwnFile title="Validation file" part="validation" file={validation} />
        ) : (
          <Percent
            label="Validation, %"
            help={`Watched while a run trains. ${drawn}`}
            fraction={settings.validationFraction}
            onChange={(validationFraction) => void setData({ validationFraction }, "validation")}
          />
        )}
        <ChooseFile title="Validation file" part="validation" open={validation !== null} />
        {test ? <OwnFile title="Test file" part="test" file={test} /> : <TestKind plan={settings.test ?? null} />}
        <ChooseFile title="Test file" part="test" open={test !== null} />
        {!test && <TestNumbers plan={settings.test ?? null} />}
      </div>
      <div className="field-grid field-grid-1">
        <SelectField
          label="Keep together"
          help="Rows with the same value here, such as an author or a document, are all in one part."
          value={settings.group ?? NONE}
          choices={[
            { value: NONE, label: "every row for itself" },
            ...summary.columns.map((column) => ({ value: column, label: column })),
          ]}
          onChange={(group) => void setData({ group: group === NONE ? null : group }, "settings")}
        />
      </div>
    </>
  );
}

type HeldPart = "validation" | "test";

function OwnFile({ title, part, file }: { title: string; part: HeldPart; file: { file: string; rows: number } }) {
  return (
    <div className="field">
      <span className="field-label">{title}</span>
      <div className="inline">
        <span>
          {file.file} <span className="muted">{formatPlural(file.rows, "row")}</span>
        </span>
        <button
          type="button"
          className="button button-small"
          aria-label={`Remove the ${title.toLowerCase()}`}
          onClick={() => void closeFile(part)}
        >
          Remove
        </button>
      </div>
    </div>
  );
}

function ChooseFile({ title, part, open }: { title: string; part: HeldPart; open: boolean }) {
  return (
    <div className="field">
      <span className="field-label">{open ? "Another file" : `Or a ${title.toLowerCase()}`}</span>
      <FileButton label={title} onFile={(file) => void openFile(file, part)}>
        Choose…
      </FileButton>
      <p className="field-help">With the same columns and labels.</p>
    </div>
  );
}

const KINDS = {
  none: "none",
  once: "a share",
  folds: "folds",
  repeats: "repeated shares",
} as const;

type Kind = keyof typeof KINDS;

function kindOf(plan: TestPlan | null): Kind {
  if (plan === null) return "none";
  if (typeof plan === "number") return "once";
  return "folds" in plan ? "folds" : "repeats";
}

/** Where somebody has just chosen this kind. */
const PLANS: Record<Kind, TestPlan | null> = {
  none: null,
  once: 0.1,
  folds: { folds: 5 },
  repeats: { repeats: 5, fraction: 0.1 },
};

const HELP: Record<Kind, string> = {
  none: "The validation rows then decide, which also chose the step.",
  once: "Read once, when a run has ended; they decide which is ahead.",
  folds: "Every run is trained once for each fold, and tested on the rows of that fold.",
  repeats: "Every run is trained once for each draw, and tested on its rows.",
};

const takeTest = (test: TestPlan | null) => void setData({ test }, "test");

function TestKind({ plan }: { plan: TestPlan | null }) {
  const kind = kindOf(plan);
  return (
    <SelectField
      label="Test"
      help={HELP[kind]}
      value={kind}
      choices={Object.entries(KINDS).map(([value, label]) => ({ value, label }))}
      onChange={(chosen) => takeTest(PLANS[chosen as Kind])}
    />
  );
}

/** How many, and how much: of the plan as it is. */
function TestNumbers({ plan }: { plan: TestPlan | null }) {
  if (plan === null) return null;
  if (typeof plan === "number") return <Percent label="Test, %" fraction={plan} onChange={takeTest} />;
  if ("folds" in plan) return <Times label="Folds" times={plan.folds} onChange={(folds) => takeTest({ folds })} />;
  return (
    <>
      <Times label="Draws" times={plan.repeats} onChange={(repeats) => takeTest({ ...plan, repeats })} />
      <Percent label="Test, %" fraction={plan.fraction} onChange={(fraction) => takeTest({ ...plan, fraction })} />
    </>
  );
}

interface PercentProps {
  label: string;
  help?: string;
  fraction: number;
  onChange: (fraction: number) => void;
}

function Percent({ label, help, fraction, onChange }: PercentProps) {
  return (
    <NumberField
      label={label}
      help={help}
      value={Number((fraction * 100).toPrecision(10))}
      onLeave
      above={0}
      below={100}
      onChange={(percent) => percent !== null && onChange(percent / 100)}
    />
  );
}

function Times({ label, times, onChange }: { label: string; times: number; onChange: (times: number) => void }) {
  return (
    <NumberField
      label={label}
      value={times}
      onLeave
      integer
      min={2}
      max={20}
      onChange={(value) => value !== null && onChange(value)}
    />
  );
}
