/**
 * All runs on the labelled rows of a file: the verdict, every metric with its interval, rows that
 * one run gets and another does not, and how far the runs agree. All of it is the worker's.
 */

import { Download } from "lucide-react";
import { metricFacts, taskMetrics } from "../../tasks/metrics/names";
import type { FileScores } from "../../worker/api";
import { download } from "../export/download";
import { Message } from "../layout/Message";
import { formatMetric, formatPlural } from "../numbers";
import { PairsTable } from "../verdict/PairsTable";
import { formatInterval, setSentences } from "../verdict/verdict-words";
import { AgreementMatrix } from "./AgreementMatrix";
import { DifferingRows } from "./DifferingRows";
import "./ScorePanel.css";

export function ScorePanel({ scores }: { scores: FileScores }) {
  const { file, rows, runs, verdict, notices, metricsNote } = scores;
  const { headline, lines } = setSentences(verdict?.sentences ?? []);
  return (
    <section className="scores" aria-labelledby="scores-title">
      <div className="panel-heading">
        <h3 className="group-label" id="scores-title">
          Score on {formatPlural(rows, "row")} of {file}
        </h3>
        <button
          type="button"
          className="button button-small"
          onClick={() => download(JSON.stringify(scores, null, 2), `${stem(file)}-scores.json`, "application/json")}
        >
          <Download size={16} aria-hidden="true" /> Download scores
        </button>
      </div>
      {headline !== "" && <p className="scores-headline">{headline}</p>}
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {runs.length > 0 && <MetricsTable scores={scores} />}
      <p className="field-help">Below each figure its 95 % interval. {metricsNote}</p>
      {notices.map((notice) => (
        <Message key={notice} kind="info">
          {notice}
        </Message>
      ))}
      {verdict && <PairsTable verdict={verdict} />}
      {runs.length > 1 && <DifferingRows scores={scores} />}
      {runs.length > 1 && <AgreementMatrix agreement={scores.agreement} />}
    </section>
  );
}

function MetricsTable({ scores: { runs, task } }: { scores: FileScores }) {
  const metrics = taskMetrics[task];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="table-scroll" aria-label="Metrics of every run" tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {metrics.map((metric) => (
              <th key={metric} scope="col" className="number">
                {metricFacts[metric].title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map(({ run, metrics: own }) => (
            <tr key={run}>
              <th scope="row">{run}</th>
              {metrics.map((metric) => {
                const figure = own.find((one) => one.metric === metric);
                return (
                  <td key={metric} className="number">
                    {formatMetric(metric, figure?.value)}
                    {figure && <span className="muted under">{formatInterval(metric, figure)}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const stem = (file: string) => file.replace(/\.[^.]*$/, "");
