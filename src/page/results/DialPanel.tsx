/**
 * What can be chosen after training without training again: a slider, and what every setting came
 * to.
 */

import { useId, useState } from "react";
import type { MetricName } from "../../tasks/metrics/names";
import type { DialState } from "../../worker/api";
import { evaluatedSettings, turnDial } from "../actions/dial";
import { useQuestion } from "../asking";
import { Message } from "../layout/Message";
import type { RunRecord } from "../store/state";
import { DialCurve } from "./DialCurve";
import { SettingsTable } from "./SettingsTable";
import "./DialPanel.css";

interface DialPanelProps {
  /** The task's first. */
  metric: MetricName;
  run: RunRecord;
  dial: DialState;
  /** The run's report has changed. */
  onTurned: () => void;
}

export function DialPanel({ metric, run, dial, onTurned }: DialPanelProps) {
  const { title, least, most } = dial;
  const id = useId();
  const [setting, setSetting] = useState(dial.setting);
  const { waiting: turning, error, ask } = useQuestion<void>();
  const evaluated = evaluatedSettings(run);
  const turn = (wanted: readonly number[]) =>
    ask(async () => {
      for (const one of wanted) {
        setSetting(one);
        await turnDial(run, one);
      }
      onTurned();
    });
  const settings = Array.from({ length: most - least + 1 }, (_, index) => least + index);
  const rows = settings.flatMap((one) => evaluated.get(one) ?? []);
  return (
    <section className="dial" aria-labelledby={`${id}-title`}>
      <h3 className="chart-title" id={`${id}-title`}>
        {title} {setting}
      </h3>
      <p className="muted">
        One training made every {title.toLowerCase()} from {least} to {most}. What you choose is evaluated, tried and
        downloaded.
      </p>
      <div className="inline">
        <input
          type="range"
          aria-label={`${title} of ${run.name}`}
          min={least}
          max={most}
          value={setting}
          disabled={turning}
          onChange={(event) => setSetting(Number(event.target.value))}
          onPointerUp={() => turn([setting])}
          onKeyUp={() => turn([setting])}
        />
        <button
          type="button"
          className="button button-small"
          disabled={turning || rows.length === settings.length}
          onClick={() => turn([...settings.filter((one) => one !== setting), setting])}
        >
          Evaluate every {title.toLowerCase()}
        </button>
        {turning && (
          <span className="muted">
            Evaluating {title.toLowerCase()} {setting}…
          </span>
        )}
      </div>
      {error !== null && <Message kind="error">{error}</Message>}
      <DialCurve title={title} metric={metric} slot={run.slot} setting={setting} rows={rows} />
      {rows.length > 0 && <SettingsTable title={title} metric={metric} setting={setting} rows={rows} />}
    </section>
  );
}
