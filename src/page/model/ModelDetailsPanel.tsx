/**
 * What was found out about a model before anything big is read: what it is, what it takes, whether
 * it fits.
 */

import type { ModelDetails } from "../../worker/api";
import { cancelDownload, downloadAndOpen, openModel } from "../actions/model";
import { Facts } from "../header/Facts";
import { EngineersDetail } from "../layout/EngineersDetail";
import { Message } from "../layout/Message";
import { formatBytes, formatCount, formatParameters, formatPlural } from "../numbers";
import { useStudio } from "../store/store";

export function ModelDetailsPanel() {
  const details = useStudio((state) => state.model.details);
  if (!details) return null;
  const facts = factsOf(details);
  return (
    <section className="model-details" aria-label={`About ${details.name}`}>
      <h3 className="popover-title">{details.name}</h3>
      {details.refusal !== null && <Message kind="error">{details.refusal}</Message>}
      {facts.length > 0 && <Facts facts={facts} />}
      <Files details={details} />
      <FitLines details={details} />
    </section>
  );
}

/** What can be done with the model that was looked at. */
export function ModelActions() {
  const { details, downloading, opening } = useStudio((state) => state.model);
  if (!details || details.refusal !== null) return null;
  return (
    <div className="inline">
      <OpenButton details={details} waiting={downloading !== null || opening !== null} />
      {downloading !== null && (
        <button type="button" className="button" onClick={() => void cancelDownload()}>
          Stop
        </button>
      )}
    </div>
  );
}

function OpenButton({ details, waiting }: { details: ModelDetails; waiting: boolean }) {
  const { source, bytes, storedBytes } = details;
  const missing = source.startsWith("hf:") ? bytes - storedBytes : 0;
  const download = `Download ${storedBytes > 0 ? "the remaining " : ""}${formatBytes(missing)} and open`;
  return (
    <button
      type="button"
      className="button button-primary"
      disabled={waiting}
      onClick={() => void (missing > 0 ? downloadAndOpen(source) : openModel(source))}
    >
      {missing > 0 ? download : "Open"}
    </button>
  );
}

function factsOf(details: ModelDetails): (readonly [string, string])[] {
  const { family, parameters, layers, hiddenSize, contextLength, source } = details;
  const facts: (readonly [string, string])[] = [];
  if (family !== null) facts.push(["Family", family]);
  if (parameters !== null) facts.push(["Parameters", formatParameters(parameters)]);
  if (layers !== null) facts.push(["Layers × width", `${layers} × ${formatCount(hiddenSize)}`]);
  if (contextLength !== null) facts.push(["Context", formatPlural(contextLength, "token")]);
  if (source.startsWith("hf:")) {
    facts.push(["Licence", details.licence ?? "none named on its page"]);
    facts.push(["Commit", `${details.commit?.slice(0, 12)}${details.gated ? " · gated" : ""}`]);
  }
  if (details.unchecked.length > 0) {
    facts.push(["Not checked", `${details.unchecked.join(", ")}: the Hub tells no sum, so only the size is compared`]);
  }
  const stored = details.storedBytes > 0 ? `, ${formatBytes(details.storedBytes)} stored here already` : "";
  if (details.refusal === null) facts.push(["To read", `${formatBytes(details.bytes)}${stored}`]);
  return facts;
}

function Files({ details }: { details: ModelDetails }) {
  const wanted = details.files.filter((file) => file.wanted);
  return (
    <details className="more-fields">
      <summary>
        {formatPlural(wanted.length, "file")} of {formatCount(details.files.length)}
      </summary>
      <div className="table-scroll">
        <table className="table">
          <caption className="visually-hidden">Files of {details.name}</caption>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" className="number">
                Size
              </th>
              <th scope="col">Read</th>
            </tr>
          </thead>
          <tbody>
            {details.files.map(({ name, bytes, wanted: read }) => (
              <tr key={name}>
                <td>{name}</td>
                <td className="number">{formatBytes(bytes)}</td>
                <td>{read ? "yes" : "no"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function FitLines({ details }: { details: ModelDetails }) {
  const { fit, weightBytes } = details;
  const longest = useStudio((state) => state.data.summary?.settings.maxLength);
  if (weightBytes === null) return null;
  if (!fit) return <Facts facts={[["Memory", `${formatBytes(weightBytes)} of weights`]]} />;
  const { total, largestBuffer, runs } = fit.estimate;
  const shortened = longest !== undefined && fit.maxLength < longest;
  const problems = runs.filter((run) => run.problem !== null);
  const own = total.adapter + total.gradients + total.optimizer;
  return (
    <>
      <h4 className="group-label">
        Memory with the chosen methods and batches of {fit.batchSize} × {formatCount(fit.maxLength)} tokens
      </h4>
      <Facts
        facts={[
          ["Together", formatBytes(total.total)],
          ["Largest batch", fit.largestBatch === 0 ? "none fits" : formatPlural(fit.largestBatch, "row")],
        ]}
      />
      <EngineersDetail>
        <Facts
          facts={[
            ["Weights", formatBytes(total.weights)],
            ["Trained tensors", `${formatBytes(own)} with gradients and optimiser`],
            ["Activations", formatBytes(total.activations)],
            ["Cached texts, batches, kernels", formatBytes(total.cache + total.runtime)],
            ["onnxruntime's own", formatBytes(total.onnxruntime)],
            ["Largest buffer", `${formatBytes(largestBuffer.bytes)} of ${formatBytes(largestBuffer.allowed)} allowed`],
          ]}
        />
      </EngineersDetail>
      {details.contextLength !== null && shortened && (
        <p className="field-help">
          The model reads {formatCount(details.contextLength)} tokens, virtual tokens included, so longer texts will be
          cut at {formatCount(fit.maxLength)}.
        </p>
      )}
      {fit.problem !== null && <Message kind="warning">{fit.problem}</Message>}
      {problems.map(({ run, problem }) => (
        <Message key={run} kind="warning">
          {problem}
        </Message>
      ))}
    </>
  );
}
