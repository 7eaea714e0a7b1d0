/**
 * The sentence that says the task. It belongs to the data: every method that reads a text reads it,
 * unless it was given one of its own.
 */

import { useEffect, useState } from "react";
import { suggestedText } from "../../data/suggested-text";
import { taskTexts } from "../../data/task-texts";
import type { DataSummary } from "../../worker/api";
import { setData } from "../actions/data";
import { Field } from "../fields/Field";
import "./TaskSentence.css";

/** Characters. */
const LONGEST = 2000;

export function TaskSentence({ summary }: { summary: DataSummary }) {
  const { settings } = summary;
  const own = settings.taskText;
  const made = suggestedText({ ...summary, settings: { ...settings, taskText: undefined } });
  const standing = own ?? made;
  const [text, setText] = useState(standing);
  useEffect(() => setText(standing), [standing]);
  const take = (said: string) => {
    const trimmed = said.trim();
    // Without words of one's own it follows the data.
    const taskText = trimmed === "" || trimmed === made ? undefined : said;
    setText(taskText ?? made);
    if (taskText !== own) void setData({ taskText }, "settings");
  };
  return (
    <Field
      wide
      label="Say the task in a sentence"
      help={
        own === undefined
          ? "SK-Prefix reads it, and every method that reads a text. Made of your labels and columns; say it better if you can."
          : "SK-Prefix reads it, and every method that reads a text and was given none of its own."
      }
    >
      {(input) => (
        <>
          <textarea
            {...input}
            className="input"
            rows={2}
            maxLength={LONGEST}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => take(text)}
          />
          <details className="task-sentences">
            <summary>Sentences for known tasks</summary>
            <ul>
              {own !== undefined && (
                <li>
                  <button type="button" className="button button-small" onClick={() => take(made)}>
                    From your data
                  </button>
                </li>
              )}
              {taskTexts.map(({ task, text: known }) => (
                <li key={task}>
                  <button
                    type="button"
                    className="button button-small"
                    title={known}
                    aria-pressed={known === text}
                    onClick={() => take(known)}
                  >
                    {task}
                  </button>
                </li>
              ))}
            </ul>
          </details>
        </>
      )}
    </Field>
  );
}
