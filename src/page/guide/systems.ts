/**
 * What the studio has not, or only in part, as `docs/systems.md` says it: that table is the only
 * place where it is written. Paths of files are left out, and ids become names.
 */

import document from "../../../docs/systems.md?raw";

type State = "works" | "partly" | "no";

export interface System {
  id: string;
  name: string;
  state: State;
  /** What a person clicks for it, or for what is nearest to it; empty where that is nothing. */
  where: string;
  /** Why it will not be here; empty where it is or may come. */
  outOfScope: string;
  /** What is not there of it; empty where it works. */
  missing: string;
}

const OUT_OF_SCOPE = /^out of scope, because (.*)$/;

/**
 * The rows of the document's tables.
 * @throws Error naming a row that is not a row of these tables
 */
export function readSystems(text: string): System[] {
  const rows = text
    .split("\n")
    .filter((line) => /^\| S\d-\d/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const names = new Map(rows.map(([, id, name]) => [id!, name!]));
  return rows.map((cells) => {
    const [, id, name, state, where, , missing] = cells;
    if (cells.length !== 8 || !isState(state?.replaceAll("*", "")))
      throw new Error(`docs/systems.md: ${id} is no row of six cells.`);
    const named = (cell: string) => cell.replace(/S\d-\d+[a-z]?/g, (other) => `“${names.get(other) ?? other}”`);
    const plain = named(withoutPaths(where!));
    const outOfScope = OUT_OF_SCOPE.exec(plain)?.[1];
    return {
      ...{ id: id!, name: name!, state: state!.replaceAll("*", "") as State },
      where: outOfScope === undefined && shown(where!) ? plain.replace(/^not there; nearest: /, "Nearest: ") : "",
      outOfScope: outOfScope ?? "",
      missing: missing === "–" ? "" : named(withoutPaths(missing!)),
    };
  });
}

/** Only places on the page are said; `*…*` sets them apart. */
const shown = (where: string) => where.includes("*");

const isState = (state: string | undefined): state is State =>
  state === "works" || state === "partly" || state === "no";

/** `the decode loop, `src/generation`, and heads` without the path. */
function withoutPaths(cell: string): string {
  return cell
    .replace(/[,;]?\s*(?:and\s+)?`[^`]*\/[^`]*`/g, "")
    .replaceAll("`", "")
    .replace(/\s+([,;.])/g, "$1")
    .replace(/^[,;\s]+|[,;\s]+$/g, "");
}

export const systems: readonly System[] = readSystems(document);

/**
 * Instruction tuning as surveys order it: where the data come from, what is tuned, how it is
 * evaluated. The rows of each by id; what is so of them says the document.
 */
export const instructionTuning: readonly { readonly title: string; readonly rows: readonly string[] }[] = [
  { title: "Where the data come from", rows: ["S2-19a", "S2-19b", "S2-19c"] },
  { title: "What is tuned", rows: ["S1-01", "S1-09", "S1-06", "S1-04", "S1-02", "S1-14"] },
  { title: "How it is evaluated", rows: ["S2-19d", "S2-17a", "S2-31d"] },
];
