/**
 * Comparisons as one file and back: a zip with a list, a record for each comparison, and its
 * adapters where they are wanted. Records are written by devalue, as JSON has neither curves'
 * arrays nor numbers that are none. A record names data and settings; rows of the data are in it
 * where somebody gave them other answers alone (`givenAnswers`). Nothing here touches storage.
 */

import { parse, stringify } from "devalue";
import { strFromU8, Zip, ZipDeflate, ZipPassThrough } from "fflate";
import * as z from "zod/mini";
import { unzip } from "../../archives/unzip";
import { messageOf } from "../../errors/message-of";
import { shortened } from "../../errors/shortened";
import { runNameProblem } from "../../plan/run-name";
import { formats, migrate, withVersion } from "../../versions/versions";
import type { Kept } from "../store/notebook";
import { DamagedRecordError, openRecord, readRecord, type SavedComparison, savedRecord } from "../store/session";
import type { NotebookEntry } from "../store/state";

const LIST = "notebook.json";

/** Bytes of a file, packed and unpacked: a browser has it in memory while it is read. */
export const MOST_BYTES = 1e9;
/** Bytes that are packed before the page may do something else. */
const PIECE = 4 * 2 ** 20;

const labelsSchema = z.strictObject({
  name: z.string().check(z.maxLength(200)),
  notes: z.string().check(z.maxLength(20_000)),
  tags: z.array(z.string().check(z.minLength(1), z.maxLength(60))).check(z.maxLength(50)),
  pinned: z.boolean(),
});

const listSchema = z
  .strictObject({
    /** When it was written, as ISO 8601. */
    made: z.string(),
    comparisons: z.array(
      z.strictObject({
        // As comparisons are given theirs: the time, a dash and a few letters; never a word that
        // every object knows.
        id: z.string().check(z.regex(/^[0-9a-z]+(-[0-9a-z]*)+$/), z.maxLength(100)),
        /** Files in the zip. */
        record: z.string(),
        labels: z.nullable(labelsSchema),
        adapters: z.array(z.strictObject({ run: z.string(), file: z.string() })),
      }),
    ),
  })
  .check(
    z.refine(
      ({ comparisons }) => new Set(comparisons.map(({ id }) => id)).size === comparisons.length,
      "holds a comparison twice",
    ),
  );

type List = z.infer<typeof listSchema>;

/** How many rows have another answer by hand, which a comparison's settings hold. */
export function givenAnswers({ data }: NotebookEntry["configuration"]): number {
  return (data.changes ?? []).filter(({ leaveOut }) => !leaveOut).length;
}

/** About the bytes of a file with these comparisons. */
export function fileBytes(entries: readonly NotebookEntry[], withAdapters: boolean): number {
  return entries.reduce((sum, { bytes }) => sum + bytes.record + (withAdapters ? bytes.adapters : 0), 0);
}

/**
 * The file, with all adapters that `kept` has. Comparisons that were not at their end are written
 * as stopped.
 * @throws Error with both numbers where it would be too large to be read again, and naming a
 * comparison that cannot be read
 */
export async function writeNotebook(kept: Kept, made: Date): Promise<Blob> {
  const parts: Blob[] = [];
  let total = 0;
  let failure: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) failure = error;
    // As blobs, which the browser may put on the disk.
    else parts.push(new Blob([new Uint8Array(chunk)]));
  });
  const add = async (path: string, content: Blob, packed: boolean) => {
    total += content.size;
    if (total > MOST_BYTES) {
      throw new Error(
        `The file would have over ${MOST_BYTES} bytes, which is as much as can be read again: choose fewer comparisons, ` +
          "or leave the adapters out.",
      );
    }
    const file = packed ? new ZipDeflate(path) : new ZipPassThrough(path);
    file.mtime = made;
    zip.add(file);
    for (let at = 0; at < content.size; at += PIECE) {
      const piece = content.slice(at, at + PIECE);
      file.push(new Uint8Array(await piece.arrayBuffer()), at + PIECE >= content.size);
    }
    if (content.size === 0) file.push(new Uint8Array(), true);
    if (failure) throw failure;
  };
  const labels = new Map(kept.labels);
  const comparisons: List["comparisons"] = [];
  for (const [index, [id, record]] of kept.records.entries()) {
    const path = `comparisons/${index + 1}`;
    const saved = readRecord(record);
    const problem = nameProblem(saved);
    // An earlier studio may have kept it, and no file with it could be read again.
    if (problem !== null) {
      throw new Error(
        `The comparison on ${saved.dataTitle} cannot be written: the name of one of its runs ${problem}.`,
      );
    }
    // What it runs for is this browser's: elsewhere it has ended.
    const ended = savedRecord(openRecord(saved));
    await add(`${path}.json`, new Blob([stringify(ended)]), true);
    const own = kept.adapters.filter(([run]) => run.startsWith(`${id}/`));
    for (const [place, [, zip]] of own.entries()) await add(`${path}/${place + 1}.zip`, zip, false);
    const { name, notes, tags, pinned } = labels.get(id) ?? {};
    comparisons.push({
      id,
      record: `${path}.json`,
      labels: labels.has(id) ? { name: name!, notes: notes!, tags: [...tags!], pinned: pinned! } : null,
      adapters: own.map(([run], place) => ({ run: run.slice(id.length + 1), file: `${path}/${place + 1}.zip` })),
    });
  }
  const list: List = { made: made.toISOString(), comparisons };
  await add(LIST, new Blob([JSON.stringify(withVersion(formats.notebook, list), null, 2)]), true);
  zip.end();
  return new Blob(parts, { type: "application/zip" });
}

/**
 * What a file holds, brought to today's versions and ready to be kept.
 * @throws Error that says what is wrong with the file: not a zip, cut off, damaged, too large (with
 * both numbers), or of a newer studio (with both versions). Then nothing of it counts.
 */
export function readNotebook(bytes: Uint8Array): Kept {
  if (bytes.length > MOST_BYTES) {
    throw new Error(`It has ${bytes.length} bytes, but at most ${MOST_BYTES} can be read.`);
  }
  const files = unzip(bytes, () => true, MOST_BYTES);
  const listed = files.get(LIST);
  if (!listed) throw new Error(`It is no notebook: the zip has no ${LIST}.`);
  const list = readList(listed);
  const records: [string, unknown][] = [];
  const adapters: [string, Blob][] = [];
  const fileOf = (path: string) => {
    const content = files.get(path);
    if (!content) throw new Error(`It is not whole: ${LIST} names "${path}", which is not in it.`);
    return content;
  };
  for (const { id, record, adapters: zips } of list.comparisons) {
    const has = new Set(zips.map(({ run }) => `${id}/${run}`));
    records.push([id, readSaved(id, record, fileOf(record), has)]);
    for (const { run, file } of zips) {
      adapters.push([`${id}/${run}`, new Blob([new Uint8Array(fileOf(file))], { type: "application/zip" })]);
    }
  }
  const labels = list.comparisons.flatMap(({ id, labels }) => (labels ? [[id, labels] as const] : []));
  return { records, labels, adapters, sources: [] };
}

function readList(bytes: Uint8Array): List {
  let parsed: unknown;
  try {
    parsed = JSON.parse(strFromU8(bytes));
  } catch (error) {
    throw new Error(`It is damaged: ${LIST} is not JSON (${messageOf(error)}).`);
  }
  const read = listSchema.safeParse(migrate(formats.notebook, parsed));
  if (read.success) return read.data;
  const issue = read.error.issues[0]!;
  const said =
    issue.code === "custom"
      ? issue.message
      : issue.code === "unrecognized_keys"
        ? `has a "${shortened(issue.keys[0]!)}", which nobody knows`
        : "is not what it must be";
  throw new Error(`It is damaged: in ${LIST} ${shortened(z.core.toDotPath(issue.path)) || "the list"} ${said}.`);
}

/**
 * A comparison's record as storage has it.
 * @param adapters the runs whose adapters are in the file
 */
function readSaved(id: string, path: string, bytes: Uint8Array, adapters: ReadonlySet<string>): unknown {
  let parsed: unknown;
  try {
    parsed = parse(strFromU8(bytes));
    checkPlain(parsed);
  } catch (error) {
    throw new Error(`It is damaged: "${path}" cannot be read (${messageOf(error)}).`);
  }
  try {
    const record = readRecord(parsed);
    if (record.id !== id) throw new DamagedRecordError("id");
    const foreign = record.runs.findIndex(({ key }) => !key.startsWith(`${id}/`));
    if (foreign >= 0) throw new DamagedRecordError(`runs[${foreign}].key`);
    const problem = nameProblem(record);
    if (problem !== null) throw new Error(`It cannot be used: in "${path}" the name of a run ${problem}.`);
    // Also builds the curves, which must be as long as they say.
    const comparison = openRecord(record);
    const runs = comparison.runs.map((run) => ({ ...run, saved: adapters.has(run.key) }));
    return savedRecord({ ...comparison, runs });
  } catch (error) {
    if (error instanceof DamagedRecordError) throw new Error(`It is damaged: "${path}" at ${error.message}.`);
    throw error;
  }
}

/** Why a run may not be called as it is, wherever the record has its name; null where all may. */
function nameProblem({ configuration, runs }: SavedComparison): string | null {
  const names = runs.flatMap(({ name, variant }) => [name, variant.name, variant.run, variant.group]);
  const problems = [...configuration.runs.map(({ name }) => name), ...names].map(runNameProblem);
  return problems.find((problem) => problem !== null) ?? null;
}

/** Of a record: values, and one within another. */
const [MOST_VALUES, MOST_DEPTH] = [2e6, 40];

/**
 * Refuses what devalue can say and nothing that reads a record expects: circles, and one object in
 * so many places that going through them would never end.
 */
function checkPlain(whole: unknown): void {
  let values = 0;
  const look = (value: unknown, depth: number): void => {
    values++;
    if (values > MOST_VALUES || depth > MOST_DEPTH) throw new Error("it is nested without end");
    if (typeof value === "bigint" || value instanceof Map || value instanceof Set) {
      throw new Error(`it holds a ${typeof value === "bigint" ? "bigint" : value.constructor.name}`);
    }
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return;
    for (const inner of Object.values(value)) look(inner, depth + 1);
  };
  look(whole, 0);
}
