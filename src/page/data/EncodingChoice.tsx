/**
 * Which encoding a file of text is in that is not UTF-8: a choice among those that it may be in,
 * with lines as they read in each. Silent for other files.
 */

import { useId, useState } from "react";
import { useAnswer } from "../asking";
import "./EncodingChoice.css";

interface EncodingChoiceProps {
  file: File;
  /** As it is read now; null where it is not. */
  chosen: string | null;
  onChoose: (encoding: string) => void;
}

export default function EncodingChoice({ file, chosen, onChoose }: EncodingChoiceProps) {
  const id = useId();
  const [looked, setLooked] = useState<string | null>(null);
  const { answer } = useAnswer((studio) => studio.encodingsOf(file), [file]);
  if (!answer || answer.length === 0) return null;
  const encoding = looked ?? chosen ?? answer[0]!.encoding;
  const lines = answer.find((one) => one.encoding === encoding)?.lines ?? [];
  return (
    <div className="encoding-choice">
      <label className="field-label" htmlFor={id}>
        {file.name} is not UTF-8. Its encoding
      </label>
      <select id={id} className="input" value={encoding} onChange={(event) => setLooked(event.target.value)}>
        {answer.map((one) => (
          <option key={one.encoding} value={one.encoding}>
            {one.encoding}
          </option>
        ))}
      </select>
      <ul className="encoding-lines" aria-label={`Lines as they read in ${encoding}`}>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {encoding !== chosen && (
        <button type="button" className="button button-small" onClick={() => onChoose(encoding)}>
          Read it as {encoding}
        </button>
      )}
    </div>
  );
}
