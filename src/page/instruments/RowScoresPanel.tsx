/**
 * Scores of rows, one by one: what is asked, and the answer as a histogram, a plane of two scores,
 * a table to sort and a file. Not for the metrics of all rows together.
 */

import { Download, ListOrdered } from "lucide-react";
import { useState } from "react";
import type { InstrumentInput } from "../../worker/api";
import { AskButton } from "../AskButton";
import { stopMeasuring } from "../actions/measuring";
import { useQuestion } from "../asking";
import { download, fileName } from "../export/download";
import { Check } from "../fields/Check";
import { SelectField } from "../fields/SelectField";
import { formatCount, formatPercent, formatPlural } from "../numbers";
import { isBusy, useStudio } from "../store/store";
import type { PanelProps } from "./panel";
import { rankShares, type ScoredRows, scoreColumns, scoresCsv } from "./row-scores/columns";
import { ScoreHistogram } from "./row-scores/ScoreHistogram";
import { ScorePlane } from "./row-scores/ScorePlane";
import { ScoreTable } from "./row-scores/ScoreTable";
import { TokenLosses } from "./TokenLosses";
import "./MeasureWhenOpened.css";
import "./RowScoresPanel.css";

type Input = InstrumentInput<"row-scores">;
type ReaderName = Input["reader"];

const READERS: readonly { value: ReaderName; label: string }[] = [
  { value: "now", label: "the run as it is" },
  { value: "best", label: "its best evaluation" },
  { value: "last", label: "its last evaluation" },
  { value: "frozen", label: "the frozen model" },
];
const NONE = "none";

export function RowScoresPanel({ run, instrument }: PanelProps) {
  const [input, setInput] = useState<Input>({
    ...{ part: "validation", reading: "answer", reader: "now", other: null, gradients: false, helping: false },
  });
  const busy = useStudio(isBusy);
  const { answer, ask, ...asking } = useQuestion<ScoredRows>();
  const change = (more: Partial<Input>) => setInput((before) => ({ ...before, ...more }));
  return (
    <details className="opened-instrument row-scores">
      <summary>{instrument.title}</summary>
      <p className="field-help">{instrument.summary}</p>
      <div className="field-grid">
        <SelectField
          label="Rows"
          value={input.part}
          choices={[
            { value: "validation", label: "validation" },
            { value: "train", label: "training" },
          ]}
          onChange={(part) => change({ part: part as Input["part"], helping: false })}
        />
        <SelectField
          label="What is scored"
          value={input.reading}
          choices={[
            { value: "answer", label: "the answer to each row" },
            { value: "language", label: "every token of its text" },
          ]}
          onChange={(reading) => change({ reading: reading as Input["reading"], helping: false })}
        />
        <SelectField
          label="Read by"
          value={input.reader}
          choices={READERS}
          onChange={(reader) => change({ reader: reader as ReaderName })}
        />
        <SelectField
          label="Compared with"
          value={input.other ?? NONE}
          choices={[{ value: NONE, label: "nothing" }, ...READERS]}
          onChange={(other) => change({ other: other === NONE ? null : (other as ReaderName) })}
        />
      </div>
      <Check checked={input.gradients} onChange={(gradients) => change({ gradients })}>
        Gradient norms, too: one pass back for every row
      </Check>
      {input.part === "train" && input.reading === "answer" && (
        <Check checked={input.helping} onChange={(helping) => change({ helping })}>
          How much each row helps the validation rows, too: one more for every one of these
        </Check>
      )}
      <AskButton
        icon={ListOrdered}
        label="Score the rows"
        busy="Reading rows…"
        disabled={busy}
        asking={asking}
        onAsk={() => ask((studio) => studio.measure("row-scores", run, input))}
        onStop={() => stopMeasuring("row-scores", run)}
      />
      {answer && <Found found={answer} run={run} />}
    </details>
  );
}

function Found({ found, run }: { found: ScoredRows; run: string }) {
  const columns = scoreColumns(found);
  const [sorted, setSorted] = useState({ column: "loss", descending: true });
  const [across, setAcross] = useState("entropy");
  const [chosen, setChosen] = useState(0);
  const column = columns.find(({ id }) => id === sorted.column) ?? columns[0]!;
  const x = columns.find(({ id }) => id === across && id !== column.id) ?? columns.find(({ id }) => id !== column.id);
  const place = Math.min(chosen, found.rows.length - 1);
  const { row, text, truth } = found.rows[place]!;
  const shares = found.ofTokens && found.scores.labels ? rankShares((found.other ?? found.scores).labels!.ranks) : null;
  return (
    <div className="row-scores-found">
      <p className="field-help">
        {formatPlural(found.rows.length, "row")}.
        {shares && (
          <>
            {" "}
            Of {formatCount(found.scores.labels!.ranks.length)} tokens {found.other && "what it is compared with has "}
            {formatPercent(shares.first)} as its first choice, {formatPercent(shares.near)} as its second or third, and{" "}
            {formatPercent(shares.far)} further down.
          </>
        )}
      </p>
      <div className="row-scores-figures">
        <ScoreHistogram column={column} />
        {x && <ScorePlane x={x} y={column} chosen={place} onChoose={setChosen} />}
      </div>
      {columns.length > 2 && (
        <SelectField
          label="Across"
          value={x?.id ?? ""}
          choices={columns.filter(({ id }) => id !== column.id).map(({ id, name }) => ({ value: id, label: name }))}
          onChange={setAcross}
        />
      )}
      <div className="row-scores-row">
        <p>
          <span className="muted">Row {formatCount(row)}</span> {truth && <strong>{truth}</strong>} {text}
        </p>
        {found.ofTokens && <TokenLosses key={place} found={found} place={place} />}
      </div>
      <ScoreTable
        {...{ found, columns, column, chosen: place }}
        descending={sorted.descending}
        onSort={(id) =>
          setSorted((before) => ({ column: id, descending: before.column === id ? !before.descending : true }))
        }
        onChoose={setChosen}
      />
      <button
        type="button"
        className="button button-small"
        onClick={() => download(scoresCsv(found), `${fileName(run, "scores")}.csv`, "text/csv")}
      >
        <Download size={14} aria-hidden="true" /> Download the scores
      </button>
    </div>
  );
}
