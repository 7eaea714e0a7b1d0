/**
 * What an empty chart shows: the outline of a typical curve, drawn by hand and said to be so. Never
 * data.
 */

import "./ExampleCurve.css";

const falling = ["M0,18 C40,22 52,60 96,84 S200,112 320,118", "M0,18 C50,20 80,40 130,70 S230,96 320,100"] as const;

export function ExampleCurve({ falling: falls }: { falling: boolean }) {
  return (
    <div className="example">
      <svg viewBox="0 0 320 140" preserveAspectRatio="none" className="example-curve" aria-hidden="true">
        {falling.map((path, index) => (
          <path
            key={path}
            d={path}
            strokeDasharray={index === 1 ? "6 4" : undefined}
            transform={falls ? undefined : "matrix(1 0 0 -1 0 140)"}
          />
        ))}
      </svg>
      <p className="example-words">
        Your curves appear here.
        <span>The faint lines are an example of the shape, not data.</span>
      </p>
    </div>
  );
}
