/** What of the notebook is looked at; ids, as what they are of may be removed meanwhile. */

export type View =
  | { kind: "list" }
  | { kind: "two"; first: string; second: string }
  | { kind: "export"; ids: string[] };
