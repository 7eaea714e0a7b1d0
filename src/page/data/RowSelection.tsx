/**
 * Which training rows are learned from: by what they are chosen, how many, and what stands beside
 * them to be beaten; and a look at the choice before anything trains.
 */

import { Download, ListFilter } from "lucide-react";
import { useRef, useState } from "react";
import { writeCsv } from "../../data/write-csv";
import { DYNAMICS_EPOCHS } from "../../plan/pace";
import { selectionInWords } from "../../plan/selection-in-words";
import { controlsOf } from "../../plan/variants";
import type { DataSummary, RowChoice, RowSelection as Selection } from "../../worker/api";
import { AskButton } from "../AskButton";
import { setData } from "../actions/data";
import { stopChoosing } from "../actions/measuring";
import { useQuestion } from "../asking";
import { download } from "../export/download";
import { Check } from "../fields/Check";
import { NumberField } from "../fields/NumberField";
import { SelectField } from "../fields/SelectField";
import { ScorePlane } from "../instruments/row-scores/ScorePlane";
import { formatCount, formatPercent, formatPlural, formatTick } from "../numbers";
import { currentConfiguration } from "../store/configuration";
import { useStudio } from "../store/store";
import { ShownRows, ShownText } from "./ShownRows";
import "../instruments/RowScoresPanel.css";
import "./RowSelection.css";

type By = Selection["by"];
type Band = Extract<Selection, { by: "loss" }>["prefer"];

/** Rows that are listed. */
const SHOWN = 12;
const ALL = "all";
/** Of "Less Is More for Alignment" (Zhou et al. 2023). */
const LIMA = { value: "lima", rows: 1000 } as const;

const KINDS: readonly { value: By | typeof ALL | typeof LIMA.value; label: string }[] = [
  { value: ALL, label: "all rows" },
  { value: "random", label: "random rows" },
  { value: "loss", label: "rows by their loss under the frozen model" },
  { value: "gain", label: "rows that a reference run has learned" },
  { value: "diversity", label: "rows far from one another" },
  { value: LIMA.value, label: "at most 1,000 rows far from one another, as LIMA" },
  { value: "difficulty", label: "rows by how a training comes to them" },
  { value: "similarity", label: "rows like the validation rows" },
];

const HELP: Readonly<Record<By, string>> = {
  random: "The bar that every choice has to beat.",
  loss: "The model reads every text once; its perplexity is exp(loss). Of models that predict text.",
  gain: "Loss under one model less loss under the reference: high where there is something to learn.",
  diversity: "Each further row is the one farthest, by the frozen model's states, from all chosen before (k-center).",
  difficulty:
    "The first run is trained once before; confidence is the mean chance of the right answer over its epochs, variability how that changes.",
  similarity:
    "By the frozen model's states: near to one of them, or to all by optimal transport. Test rows must decide then.",
};

const BANDS: readonly { value: Band; label: string }[] = [
  { value: "low", label: "the lowest" },
  { value: "middle", label: "around the median" },
  { value: "high", label: "the highest" },
];

const FRESH: Readonly<Record<By, (runs: readonly string[]) => Selection>> = {
  random: () => ({ by: "random", share: 0.25, beside: [] }),
  loss: () => ({ by: "loss", prefer: "middle", share: 0.25 }),
  gain: ([reference = "", over]) => ({ by: "gain", reference, ...(over !== undefined && { over }), share: 0.25 }),
  diversity: () => ({ by: "diversity", share: 0.25 }),
  difficulty: () => ({ by: "difficulty", measure: "variability", prefer: "high", share: 0.25 }),
  similarity: () => ({ by: "similarity", how: "nearest", share: 0.25 }),
};

function fresh(by: string, runs: readonly string[], trainRows: number): Selection | undefined {
  if (by === ALL) return undefined;
  if (by === LIMA.value) return { by: "diversity", rows: Math.min(LIMA.rows, trainRows) };
  return FRESH[by as By](runs);
}

const isLima = ({ by, rows }: Selection) => by === "diversity" && rows === LIMA.rows;

type Change = (selection: Selection | undefined) => void;

/**
 * The selection as it is on its way to the worker, so that one change does not undo the one before
 * it; what was chosen by other settings goes with the first.
 */
function useSelection(open: Selection | undefined): [Selection | undefined, Change] {
  // Null: as it is open.
  const [asked, setAsked] = useState<Selection | undefined | null>(null);
  const pending = useRef(0);
  const change = async (given: Selection | undefined) => {
    const selection = given && { ...given, chosen: undefined };
    pending.current++;
    setAsked(selection);
    await setData({ selection }, "settings");
    pending.current--;
    if (pending.current === 0) setAsked(null);
  };
  return [asked === null ? open : asked, (selection) => void change(selection)];
}

export default function RowSelection({ summary }: { summary: DataSummary }) {
  const [selection, change] = useSelection(summary.settings.selection);
  const runs = useReferences();
  const kinds = KINDS.filter(({ value }) => value !== "gain" || runs.length > 0 || selection?.by === "gain");
  return (
    <details className="row-selection">
      <summary>
        Which rows are learned from{" "}
        <span className="muted">{selection ? selectionInWords(selection) : "all training rows"}</span>
      </summary>
      <SelectField
        label="Learn from"
        {...(selection && { help: HELP[selection.by] })}
        value={selection ? (isLima(selection) ? LIMA.value : selection.by) : ALL}
        choices={kinds}
        onChange={(by) => change(fresh(by, runs, summary.trainRows))}
      />
      {selection && <Settings selection={selection} summary={summary} runs={runs} onChange={change} />}
    </details>
  );
}

/** Runs that have ended or were imported: what rows can be scored by. */
function useReferences(): string[] {
  const { current, imported } = useStudio((state) => state.comparison);
  const own = current && current.endedAt !== null && !current.detached ? current.runs : [];
  const ended = own.filter(({ state, beside }) => state === "finished" && !beside).map(({ name }) => name);
  return [...new Set([...ended, ...imported.map(({ run }) => run)])];
}

interface SettingsProps {
  selection: Selection;
  summary: DataSummary;
  runs: readonly string[];
  onChange: Change;
}

function Settings({ selection, summary, runs, onChange }: SettingsProps) {
  const { share, rows, perLabel = false } = selection;
  const controls = controlsOf(selection);
  const toggle = (control: "random" | "all", on: boolean) =>
    onChange({
      ...selection,
      beside: (["random", "all"] as const).filter((one) => (one === control ? on : controls.includes(one))),
    });
  return (
    <>
      <div className="field-grid">
        <How selection={selection} runs={runs} onChange={onChange} />
        <NumberField
          label="Share, %"
          value={share === undefined ? null : Math.round(share * 10_000) / 100}
          placeholder="–"
          above={0}
          max={99.99}
          onLeave
          onChange={(percent) => percent !== null && onChange({ ...selection, rows: undefined, share: percent / 100 })}
        />
        <NumberField
          label="Or rows"
          value={rows ?? null}
          placeholder="–"
          integer
          min={1}
          max={summary.trainRows}
          onLeave
          onChange={(count) => count !== null && onChange({ ...selection, share: undefined, rows: count })}
        />
      </div>
      {summary.answer === "label" && (
        <Check checked={perLabel} onChange={(on) => onChange({ ...selection, perLabel: on })}>
          Of each label its share
        </Check>
      )}
      {selection.by !== "random" && (
        <Check checked={controls.includes("random")} onChange={(on) => toggle("random", on)}>
          Train every run on as many random rows, too: the bar to beat
        </Check>
      )}
      <Check checked={controls.includes("all")} onChange={(on) => toggle("all", on)}>
        And on all rows, in as many steps
      </Check>
      <Look key={JSON.stringify(selection)} selection={selection} />
    </>
  );
}

function How({ selection, runs, onChange }: Omit<SettingsProps, "summary">) {
  switch (selection.by) {
    case "random":
    case "diversity":
      return null;
    case "loss":
      return (
        <SelectField
          label="Keep"
          value={selection.prefer}
          choices={BANDS}
          onChange={(prefer) => onChange({ ...selection, prefer: prefer as Band })}
        />
      );
    case "gain": {
      const named = (name: string) => ({ value: name, label: name });
      const references = [...new Set([...runs, selection.reference])].map(named);
      const over = selection.over ?? ALL;
      return (
        <>
          <SelectField
            label="Reference"
            value={selection.reference}
            choices={references}
            onChange={(reference) => onChange({ ...selection, reference })}
          />
          <SelectField
            label="Compared with"
            value={over}
            choices={[{ value: ALL, label: "the frozen model" }, ...references]}
            onChange={(name) => onChange({ ...selection, over: name === ALL ? undefined : name })}
          />
        </>
      );
    }
    case "difficulty":
      return (
        <>
          <SelectField
            label="By their"
            value={selection.measure}
            choices={[
              { value: "confidence", label: "confidence" },
              { value: "variability", label: "variability" },
            ]}
            onChange={(measure) => onChange({ ...selection, measure: measure as typeof selection.measure })}
          />
          <SelectField
            label="Keep"
            value={selection.prefer}
            choices={BANDS}
            onChange={(prefer) => onChange({ ...selection, prefer: prefer as Band })}
          />
          <NumberField
            label="Epochs before"
            value={selection.epochs ?? null}
            placeholder={String(DYNAMICS_EPOCHS)}
            integer
            min={2}
            max={50}
            onLeave
            onChange={(epochs) => onChange({ ...selection, epochs: epochs ?? undefined })}
          />
        </>
      );
    case "similarity":
      return (
        <SelectField
          label="Near to"
          value={selection.how}
          choices={[
            { value: "nearest", label: "the nearest one" },
            { value: "transport", label: "all, by transport" },
          ]}
          onChange={(how) => onChange({ ...selection, how: how as typeof selection.how })}
        />
      );
  }
}

/** The choice as it would be, asked for by hand: it may take as long as reading all rows. */
function Look({ selection }: Pick<SettingsProps, "selection">) {
  const isReady = useStudio((state) => currentConfiguration(state) !== null);
  const { answer, ask, ...asking } = useQuestion<RowChoice>();
  return (
    <>
      <AskButton
        icon={ListFilter}
        label="Look at the choice"
        busy="Choosing…"
        disabled={!isReady}
        asking={asking}
        onAsk={() => {
          const { data, ...others } = currentConfiguration(useStudio.getState())!;
          ask((studio) => studio.lookAtChoice({ ...others, data: { ...data, selection } }));
        }}
        onStop={stopChoosing}
      />
      {answer && !asking.waiting && <Chosen choice={answer} />}
    </>
  );
}

function Chosen({ choice: { rows, scores, dynamics, hash, overlap } }: { choice: RowChoice }) {
  const kept = [...rows.keys()].filter((place) => rows[place]!.kept);
  const [chosen, setChosen] = useState(kept[0]!);
  const column = (id: string, name: string, values: Float64Array) => ({ id, name, help: "", values });
  const looked = rows[Math.min(chosen, rows.length - 1)]!;
  const csv = () =>
    writeCsv(
      ["row", "kept", "text", ...(scores ? ["score"] : [])],
      rows.map(({ row, text, kept }, place) => [row, kept ? 1 : 0, text, ...(scores ? [scores[place]!] : [])]),
    );
  return (
    <>
      <output className="field-help">
        {formatPlural(kept.length, "row")} of {formatCount(rows.length)}; SHA-256 {hash.slice(0, 12)}.
        {overlap !== null &&
          ` The other way to be like the validation rows chooses ${formatPercent(overlap, 0)} of them, too.`}
      </output>
      {dynamics && (
        <div className="row-selection-map">
          <ScorePlane
            x={column("variability", "Variability", dynamics.variability)}
            y={column("confidence", "Confidence", dynamics.confidence)}
            chosen={chosen}
            onChoose={setChosen}
          />
          <p className="field-help">
            Row {formatCount(looked.row)}, {looked.kept ? "kept" : "left out"}, right after{" "}
            {formatPercent(dynamics.correctness[chosen], 0)} of the epochs: {looked.text}
          </p>
        </div>
      )}
      <ShownRows label="Chosen rows" className="row-selection-rows">
        <thead>
          <tr>
            <th scope="col" className="number">
              Row
            </th>
            {scores && (
              <th scope="col" className="number">
                Score
              </th>
            )}
            <th scope="col">Kept, the first {formatCount(Math.min(SHOWN, kept.length))}</th>
          </tr>
        </thead>
        <tbody>
          {kept.slice(0, SHOWN).map((place) => (
            <tr key={place}>
              <td className="number">{formatCount(rows[place]!.row)}</td>
              {scores && <td className="number">{formatTick(Number(scores[place]!.toPrecision(3)))}</td>}
              <td>
                <ShownText text={rows[place]!.text} />
              </td>
            </tr>
          ))}
        </tbody>
      </ShownRows>
      <button
        type="button"
        className="button button-small"
        onClick={() => download(csv(), "chosen rows.csv", "text/csv")}
      >
        <Download size={14} aria-hidden="true" /> Download the choice
      </button>
    </>
  );
}
