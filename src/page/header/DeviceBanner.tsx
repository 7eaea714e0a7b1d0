/** Says when training is impossible or slow here, why, and what to do. Silent when all is well. */

import { Message } from "../layout/Message";
import { useStudio } from "../store/store";
import { Acceleration } from "./Acceleration";

export function DeviceBanner() {
  const { report, lost, refused } = useStudio((state) => state.device);
  const modelError = useStudio((state) => state.model.error);
  const methodsError = useStudio((state) => state.methods.error);
  // What there was to say of it went with it.
  if (lost !== null) return null;
  if (refused !== null) return <Message kind="error">{refused}</Message>;
  return (
    <>
      {report && report.status !== "ready" && (
        <Message kind={report.status === "software" ? "warning" : "error"}>
          {report.message}
          {report.limit &&
            !report.message.includes(String(report.limit.needed)) &&
            ` Needed ${report.limit.name}: ${report.limit.needed}; allowed here: ${report.limit.allowed}.`}
          {report.status !== "software" && " You can still open data and look at it."}
          {report.status !== "wrong-results" && <Acceleration />}
        </Message>
      )}
      {report?.status === "ready" && report.message !== "" && <Message kind="info">{report.message}</Message>}
      {modelError && (
        <Message kind="error">
          <strong>The base model was not opened.</strong> {modelError}
        </Message>
      )}
      {methodsError && (
        <Message kind="error">
          <strong>The methods could not be listed.</strong> {methodsError}
        </Message>
      )}
    </>
  );
}
