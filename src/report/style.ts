/**
 * How the HTML report looks: light and dark by what the reader's system asks for, light in print.
 * Colours of runs are those of the page (`page/styles/tokens.css`), which a test compares.
 */

const LIGHT = {
  ground: "#ffffff",
  ink: "#1a1c1e",
  muted: "#5b6066",
  line: "#dcdcd6",
  soft: "#f4f4f0",
  accent: "#0f5f59",
  error: "#a3241b",
  "error-soft": "#fbebe9",
  "run-1": "#ba4200",
  "run-2": "#1d67b8",
  "run-3": "#5f5a55",
  "run-4": "#9f3491",
  "run-5": "#ac8206",
  "run-6": "#0f93a8",
};

const DARK: typeof LIGHT = {
  ground: "#121416",
  ink: "#e9e9e6",
  muted: "#a2a8ad",
  line: "#343a3f",
  soft: "#1d2125",
  accent: "#6cc9be",
  error: "#ff9d92",
  "error-soft": "#3a1f1c",
  "run-1": "#f98549",
  "run-2": "#5c9df9",
  "run-3": "#aca496",
  "run-4": "#d576c6",
  "run-5": "#e2c34d",
  "run-6": "#5fd6d9",
};

const declared = (colours: typeof LIGHT) =>
  Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");

const runs = [1, 2, 3, 4, 5, 6].map((run) => `.run-${run}{color:var(--run-${run})}`).join("");

/** The whole style sheet. */
export const STYLE = `
:root{color-scheme:light dark;${declared(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${declared(DARK)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem;overflow-wrap:anywhere}
h2{font-size:1.15rem;margin:2.25rem 0 .6rem;padding-top:.9rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .3rem}
p,ul{margin:.5rem 0;max-width:46rem;overflow-wrap:anywhere}
ul{padding-left:1.2rem}
.muted,figcaption p,.note{color:var(--muted)}
.note{display:block;font-size:.86em;font-weight:400}
.question{font-size:1.05rem}
.answer{font-size:1.3rem;line-height:1.35;margin:.4rem 0 .7rem}
.problem{background:var(--error-soft);color:var(--error);padding:.6rem .9rem;border-radius:6px;max-width:46rem}
.problem p{margin:.2rem 0}
bdi{unicode-bidi:isolate}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;vertical-align:top;padding:.4rem .7rem .4rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--muted);font-size:.92em;vertical-align:bottom}
.check{list-style:none;padding-left:0}
.check li{padding-left:1.4rem;text-indent:-1.4rem}
tbody th{font-weight:600;min-width:7rem;overflow-wrap:break-word}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
thead .number{white-space:normal}
.number+:not(.number){padding-left:.6rem}
.settings{display:grid;grid-template-columns:repeat(auto-fill,minmax(14rem,1fr));gap:.15rem 1.5rem;font-size:.9rem;margin:.5rem 0 1rem}
.settings div{display:flex;justify-content:space-between;gap:1rem;border-bottom:1px solid var(--line);padding:.25rem 0}
.settings dt{color:var(--muted)}
.settings dd{margin:0;text-align:right;overflow-wrap:anywhere}
.hashes th{font-weight:400;color:var(--muted);width:40%}
.beyond td:nth-child(3),.beyond td:nth-child(7){font-weight:600}
code,pre,.hash{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,monospace;font-size:.82rem}
.hash{overflow-wrap:anywhere}
pre{background:var(--soft);padding:.8rem 1rem;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere;margin:.5rem 0}
svg{display:block;width:100%;height:auto;overflow:visible}
.dots th{min-width:9rem}
.dots .plot{width:45%;padding-top:.55rem}
.dots .plot svg{height:22px}
.dots .scale svg{height:18px}
.dots svg text,.tick text,.axis-title{fill:var(--muted);font-size:12px}
.dots .interval{stroke:currentColor;stroke-width:2}
.key{display:inline-block;width:14px;height:14px;vertical-align:-2px;margin-right:.4rem}
.key path,.marker{fill:currentColor}
.gridline,.grid line{stroke:var(--line);stroke-width:1}
.guess{stroke:var(--muted);stroke-width:1.5;stroke-dasharray:3 3}
figure{margin:1.25rem 0 1.75rem}
figcaption{font-weight:600;margin-bottom:.4rem}
figcaption p{font-weight:400;font-size:.86em;margin:0}
.axis{stroke:var(--muted);stroke-width:1}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.level{stroke-width:1.5}
.band{fill:currentColor;fill-opacity:.13;stroke:none}
.leader{fill:none;stroke:currentColor;stroke-width:1;stroke-opacity:.45}
.guess-leader{fill:none;stroke:var(--muted);stroke-width:1;stroke-opacity:.45}
.name{fill:var(--ink);font-size:12px;unicode-bidi:isolate}
.guess-name{fill:var(--muted)}
.narrow{display:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
footer{margin-top:2.5rem;padding-top:.8rem;border-top:1px solid var(--line);color:var(--muted);font-size:.86em}
${runs}
@media (max-width:40rem){
main{padding:1.25rem 1rem 2rem}
.wide{display:none}
.narrow{display:block}
.dots thead th:not(.scale),.dots .parameters{display:none}
.dots,.dots tbody,.dots tr,.dots tfoot,.dots thead{display:block}
.hashes,.hashes tbody,.hashes tr,.hashes th,.hashes td{display:block;width:auto}
.hashes th{border:0;padding-bottom:0}
.dots tr{display:grid;grid-template-columns:1fr auto;border-bottom:1px solid var(--line);padding:.3rem 0}
.dots th,.dots td{border:0;padding:.15rem 0}
.dots .plot{grid-column:1/-1;grid-row:2;width:auto}
.dots tfoot td:empty{display:none}
}
@media print{
:root{color-scheme:light;${declared(LIGHT)}}
@page{margin:14mm}
body{font-size:10.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
main{max-width:none;padding:0}
h2{break-after:avoid}
figure,tr,.problem{break-inside:avoid}
.scroll{overflow:visible}
table{font-size:8.5pt}
thead{display:table-header-group}
}
`;
