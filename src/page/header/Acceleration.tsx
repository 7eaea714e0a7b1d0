/** Where each browser has the switch that lets a page use the graphics card. */

const PLACES: readonly (readonly [browser: string, place: string])[] = [
  ["Chrome", "Settings › System › Use graphics acceleration when available, then Relaunch."],
  ["Edge", "Settings › System and performance › Use graphics acceleration when available, then Restart."],
  [
    "Safari",
    "It is always on. From Safari 26 on pages may use the graphics card; before, Settings › Feature Flags › WebGPU.",
  ],
  [
    "Firefox",
    "Settings › General › Performance: untick the recommended settings, tick Use hardware acceleration when available, then restart.",
  ],
];

export function Acceleration() {
  return (
    <details className="acceleration">
      <summary>How to turn on hardware acceleration</summary>
      <dl className="acceleration-places">
        {PLACES.map(([browser, place]) => (
          <div key={browser}>
            <dt>
              <strong>{browser}</strong>
            </dt>
            <dd>{place}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
