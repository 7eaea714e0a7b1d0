/**
 * Holds the source to its architecture: imports point down, without circles, and every shader is
 * described and tested.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder may import from folders of a lower layer; see `PEERS` for the exceptions. */
const LAYERS = [
  ["page", "runner"],
  ["worker"],
  ["instruments"],
  ["proofs", "search", "selection"],
  ["comparison"],
  ["folders"],
  ["logs"],
  ["report"],
  ["scoring"],
  ["estimate", "answers", "verdict"],
  ["runs"],
  ["plan", "base"],
  ["tasks"],
  ["pruning"],
  ["executors"],
  ["forward", "backward", "adapters", "hub", "data", "generation", "models", "methods"],
  ["operations"],
  ["program"],
  ["kernels"],
  ["onnx"],
  ["archives", "versions", "expressions"],
  ["errors", "calibration", "storage"],
];

/** Imports between folders of one layer. */
const PEERS: Record<string, string[]> = {
  // A method attaches to the sites that a model family declares, says which adapter form it is, and
  // draws torch's numbers.
  methods: ["models", "adapters", "data"],
  // A family names the channels of a batch that it reads.
  models: ["data"],
  // Drawing tokens needs the seeded generator.
  generation: ["data"],
  // Adapter files are safetensors, which hub reads, in zips; some hold torch's random numbers;
  // run.json has a version; a card says what a run was calibrated with; names that others gave are
  // said shortened.
  // Modules are named by regular expressions.
  adapters: ["hub", "data", "archives", "versions", "calibration", "errors", "expressions"],
  // Names that others gave are said shortened; files of a data set that are one table are held to a
  // table's bounds before they are brought. Patterns and tokenizers' expressions are others'.
  hub: ["errors", "data", "expressions"],
  // A line that is no JSON is refused with what the parser says.
  // Rows and tokens are weighed by regular expressions.
  data: ["errors", "expressions"],
  // Where a device has no float16, the graph looks their values up in the file reader's table.
  forward: ["hub"],
};

/**
 * Subfolders whose files and their parent folder's import each other; a circle through them is one
 * idea in several folders.
 */
const PART_OF_PARENT = new Map([
  // A form says how its folder is laid out, with the layouts and checks beside it; reading and
  // writing a folder find its form in the registry.
  ["src/adapters/forms", "src/adapters"],
  // A model card says what its form says; a form knows the card's task by its type.
  ["src/adapters/card", "src/adapters"],
  // A format reads columns with what lies beside it; data sets find their format in the registry.
  ["src/data/formats", "src/data"],
  // A reader of files says what is wrong in the errors of data; a table finds its reader.
  ["src/data/files", "src/data"],
  // A layout rewrites a table with what lies beside it; opening a file goes through all of them.
  ["src/data/layouts", "src/data"],
  // A weigher looks at examples and tables; a data set weighs its training rows by all of them.
  ["src/data/weighers", "src/data"],
  // A transform looks at examples and tables; a data set changes its training rows by all of them.
  ["src/data/transforms", "src/data"],
]);

/** Folders that know nothing of tensors' programs or devices. */
const LEAVES = ["hub", "data", "adapters"];

/**
 * What the page and the headless runner's page may know of the rest, and only its types: everything
 * else is in the worker.
 */
const SEEN_BY_THE_PAGE = ["src/worker/api", "src/plan/configuration"];

/**
 * What page and worker must agree on: arithmetic on a configuration, its settings in words,
 * versions of what is written, cells of a CSV. No device, and no package but the one that writes
 * CSV.
 */
const SHARED_WITH_THE_PAGE = [
  "src/errors/message-of",
  "src/errors/nearest-name",
  "src/plan/budgets",
  "src/plan/pace",
  "src/plan/limits",
  "src/plan/numbers",
  "src/plan/phase",
  "src/plan/setting-words",
  "src/plan/weight-in-words",
  "src/plan/selection-in-words",
  "src/plan/pruning-in-words",
  "src/plan/run-name",
  "src/plan/sweep",
  "src/plan/variants",
  "src/plan/data-configuration",
  "src/plan/found-rate",
  "src/tasks/metrics/names",
  "src/verdict/wilson",
  "src/verdict/guess-levels",
  "src/verdict/remark-words",
  "src/report/facts",
  "src/report/html",
  "src/report/markdown",
  "src/logs/log-files",
  "src/plan/presets/registry",
  "src/data/check/check",
  "src/data/class-weights",
  "src/data/files/extensions",
  "src/data/placeholders",
  "src/data/suggested-text",
  "src/data/task-texts",
  "src/data/splits",
  "src/data/write-csv",
  "src/versions/versions",
  "src/archives/unzip",
  "src/errors/shortened",
  "src/storage/each-entry",
  "src/storage/open-store",
  "src/storage/newest-only",
];

/** What of the page talks to the worker: what changes something, and the hooks that ask. */
const TALK_TO_THE_WORKER = /^src\/page\/(actions\/|asking\.ts$)/;

/** Paths are relative to the project, with `/`. */
interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

/** Files below a folder, sorted; none where there is no such folder. */
function filesBelow(folder: string, pattern: RegExp): string[] {
  if (!statSync(join(root, folder), { throwIfNoEntry: false })) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.split(sep).join("/")))
    .filter((path) => pattern.test(path))
    .sort();
}

/**
 * The file an import of ours means; null for a package. Whether it is there the type check says.
 */
function resolveImport(from: string, request: string): string | null {
  const [path = ""] = request.split("?");
  if (!path.startsWith(".") && !path.startsWith("@/")) return null;
  const target = path.startsWith("@/") ? posix.join("src", path.slice(2)) : posix.join(posix.dirname(from), path);
  const candidates = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"].map((ending) => target + ending);
  return candidates.find((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile()) ?? target;
}

function importsOf(from: string): Import[] {
  const source = readFileSync(join(root, from), "utf8");
  const { module, errors } = parseSync(from, source);
  if (errors[0]) throw new Error(`${from} does not parse: ${errors[0].message}`);
  const requests: { request: string; typeOnly: boolean }[] = [];
  for (const { moduleRequest, entries } of module.staticImports) {
    const typeOnly = entries.length > 0 && entries.every(({ isType }) => isType);
    requests.push({ request: moduleRequest.value, typeOnly });
  }
  for (const { moduleRequest, isType } of module.staticExports.flatMap(({ entries }) => entries)) {
    if (moduleRequest) requests.push({ request: moduleRequest.value, typeOnly: isType });
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = source.slice(moduleRequest.start, moduleRequest.end).match(/^["'](.*)["']$/)?.[1];
    if (literal !== undefined) requests.push({ request: literal, typeOnly: false });
  }
  return requests.flatMap(({ request, typeOnly }) => {
    const to = resolveImport(from, request);
    return to === null ? [] : [{ from, to, typeOnly }];
  });
}

const sources = filesBelow("src", /\.tsx?$/);
const imports = sources.flatMap(importsOf);

/** The folder of `src/` a file is in; files directly in `src/` are entries of the page. */
function folderOf(path: string): string | null {
  const [top, folder, ...rest] = path.split("/");
  if (top !== "src") return null;
  return rest.length === 0 ? "page" : (folder ?? null);
}

function layerOf(folder: string): number {
  return LAYERS.findIndex((layer) => layer.includes(folder));
}

/** What is wrong with an import; null when nothing is. */
function fault({ from, to, typeOnly }: Import): string | null {
  const [above, below] = [folderOf(from), folderOf(to)];
  if (above === null || below === null || above === below) return null;
  const said = `${from} imports ${to}`;
  if (above === "page" || above === "runner") {
    if (SHARED_WITH_THE_PAGE.some((path) => to === `${path}.ts`)) return null;
    const seen = SEEN_BY_THE_PAGE.some((path) => to === `${path}.ts`);
    return seen && typeOnly ? null : `${said}: from here only types of ${SEEN_BY_THE_PAGE.join(" and ")} are seen`;
  }
  if (PEERS[above]?.includes(below)) return null;
  if (LEAVES.includes(above)) return `${said}: ${above} is a leaf`;
  return layerOf(below) > layerOf(above) ? null : `${said}: ${below} is not below ${above}`;
}

/**
 * A circle of files that import one another, first file repeated at the end; null when there is
 * none.
 */
function findCircle(edges: Import[]): string[] | null {
  const targets = new Map<string, string[]>();
  for (const { from, to } of edges) targets.set(from, [...(targets.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const to of targets.get(file) ?? []) {
      const circle = visit(to, [...path, file]);
      if (circle) return circle;
    }
    done.add(file);
    return null;
  };
  for (const file of targets.keys()) {
    const circle = visit(file, []);
    if (circle) return circle;
  }
  return null;
}

/** The folder that a file is in; a file directly in `src/page` is a node of its own. */
function roomOf(path: string, partOfParent: ReadonlyMap<string, string>): string {
  const folder = posix.dirname(path);
  return folder === "src/page" ? path : (partOfParent.get(folder) ?? folder);
}

/** Imports between folders, subfolders on their own unless `partOfParent` has them. */
function roomImports(edges: readonly Import[], partOfParent: ReadonlyMap<string, string> = PART_OF_PARENT): Import[] {
  return edges.flatMap(({ from, to, typeOnly }) => {
    const [above, below] = [roomOf(from, partOfParent), roomOf(to, partOfParent)];
    return above !== below ? [{ from: above, to: below, typeOnly }] : [];
  });
}

describe("imports", () => {
  test("every folder of src has a layer", () => {
    const folders = new Set(sources.map((path) => folderOf(path) ?? ""));
    expect([...folders].filter((folder) => layerOf(folder) < 0)).toEqual([]);
  });

  test("point down", () => {
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.map(fault).filter((found) => found !== null)).toEqual([]);
  });

  test("make no circle, types included", () => {
    expect(findCircle(imports)).toBeNull();
  });

  test("make no circle of folders and subfolders, types included", () => {
    const rooms = roomImports(imports);
    expect(rooms).toContainEqual({ from: "src/page/store", to: "src/page/curves", typeOnly: false });
    expect(rooms).toContainEqual({ from: "src/tasks", to: "src/tasks/metrics", typeOnly: false });
    expect(findCircle(rooms)).toBeNull();
  });

  test.each([...PART_OF_PARENT.keys()])("%s is in a circle", (subfolder) => {
    const others = new Map([...PART_OF_PARENT].filter(([other]) => other !== subfolder));
    expect(findCircle(roomImports(imports, others))).toContain(subfolder);
  });

  test("between folders of one layer make no circle", () => {
    const peers = Object.entries(PEERS).flatMap(([from, below]) => below.map((to) => ({ from, to, typeOnly: false })));
    expect(findCircle(peers)).toBeNull();
  });

  test("reach the worker from the page's actions and its hooks for asking alone", () => {
    const talking = imports.filter(({ to }) => to === "src/page/worker.ts").map(({ from }) => from);
    expect(talking).toContain("src/page/asking.ts");
    expect(talking.filter((from) => !TALK_TO_THE_WORKER.test(from))).toEqual([]);
  });

  test("lead from the estimate to nothing that runs on a device", () => {
    const reached = new Set(["src/estimate/estimate.ts"]);
    for (const file of reached) {
      for (const { from, to, typeOnly } of imports) if (from === file && !typeOnly) reached.add(to);
    }
    expect(reached).toContain("src/executors/webgpu/costs.ts");
    const running = ["webgpu/runtime", "webgpu/device", "webgpu/pipelines", "processor/module", "processor/sessions"];
    expect(running.filter((name) => reached.has(`src/executors/${name}.ts`))).toEqual([]);
  });

  test("that break the rules are found", () => {
    const edge = (from: string, to: string, typeOnly = false): Import => ({ from, to, typeOnly });
    expect(fault(edge("src/kernels/matmul.ts", "src/executors/webgpu/device.ts"))).toMatch(
      "executors is not below kernels",
    );
    expect(fault(edge("src/hub/weights.ts", "src/executors/webgpu/memory.ts"))).toMatch("hub is a leaf");
    expect(fault(edge("src/page/app.tsx", "src/worker/api.ts"))).toMatch("only types");
    expect(fault(edge("src/page/app.tsx", "src/data/csv.ts", true))).toMatch("only types");
    expect(fault(edge("src/page/app.tsx", "src/worker/api.ts", true))).toBeNull();
    expect(fault(edge("src/backward/plan.ts", "src/operations/linear.ts"))).toBeNull();
    expect(findCircle([edge("a", "b"), edge("b", "c"), edge("c", "b")])).toEqual(["b", "c", "b"]);
    expect(findCircle([edge("a", "b"), edge("a", "c"), edge("b", "c")])).toBeNull();
    const there = edge("src/page/store/state.ts", "src/page/charts/lines.ts", true);
    const back = edge("src/page/charts/Chart.tsx", "src/page/store/store.ts");
    expect(findCircle(roomImports([there, back]))).toEqual(["src/page/store", "src/page/charts", "src/page/store"]);
    expect(roomImports([edge("src/page/App.tsx", "src/page/numbers.ts")])).toHaveLength(1);
    expect(roomImports([edge("src/data/formats/lists.ts", "src/data/table.ts")])).toEqual([]);
  });
});

describe("shaders", () => {
  const tests = filesBelow("tests/kernels", /\.test\.ts$/).flatMap(importsOf);

  test.each(filesBelow("shaders", /\.wgsl$/))(
    "%s is described in src/kernels and tested in tests/kernels",
    (shader) => {
      const descriptors = imports.filter(({ to }) => to === shader).map(({ from }) => from);
      expect(descriptors.filter((path) => !path.startsWith("src/kernels/"))).toEqual([]);
      expect(descriptors).not.toEqual([]);
      expect(tests.filter(({ to }) => descriptors.includes(to))).not.toEqual([]);
    },
  );
});
