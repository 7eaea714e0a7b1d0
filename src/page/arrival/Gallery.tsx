/** Finished comparisons to look at, each with a short lesson; for those who only look. */

import { GraduationCap } from "lucide-react";
import { useId } from "react";
import { openFromGallery } from "../actions/gallery";
import { showLesson } from "../actions/tour";
import { entries } from "../gallery/entries";
import "./Gallery.css";

export function Gallery() {
  const heading = useId();
  return (
    <section className="panel gallery" aria-labelledby={heading}>
      <h2 className="panel-title" id={heading}>
        Or look at a finished one
      </h2>
      <ul>
        {entries.map(({ id, question, summary, sample }) => (
          <li key={id}>
            <strong>{question}</strong>
            <span className="field-help">{summary}</span>
            <span className="inline">
              <button type="button" className="button button-small" onClick={() => void showLesson(id)}>
                <GraduationCap size={14} aria-hidden="true" /> Lesson
                <span className="visually-hidden"> {question}</span>
              </button>
              <button
                type="button"
                className="text-button"
                aria-label={`open it: ${question}`}
                onClick={() => void openFromGallery(id, sample)}
              >
                open it
              </button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
