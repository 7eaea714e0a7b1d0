/**
 * Keeps what is chosen in the address, so that a reload and a link find it. In this entry of the
 * tab's history alone are the names of files of one's own, which a reload asks for and a link that
 * is shared does not name, and lists of changed rows that are too long for an address.
 */

import * as z from "zod/mini";
import type { RowChange } from "../../worker/api";
import { isLinked, isOfNewerStudio, toFragment } from "../store/link";
import type { LinkedGround, LinkedModel } from "../store/linked-ground";
import { ownFiles } from "../store/own-files";
import type { OwnFile, StudioState } from "../store/state";
import { useStudio } from "../store/store";

/** What an entry of the history holds; another page, or an earlier studio, may have written it. */
const entrySchema = z.object({
  files: z.array(
    z.object({
      role: z.enum(["train", "validation", "test"]),
      file: z.string(),
      rows: z.number(),
      bytes: z.number(),
      fingerprint: z.nullable(z.string()),
    }),
  ),
  folder: z.nullable(z.string()),
  changes: z.optional(
    z.array(
      z.object({
        row: z.number(),
        file: z.optional(z.enum(["train", "validation", "test"])),
        fingerprint: z.optional(z.string()),
        added: z.optional(z.literal(true)),
        leaveOut: z.optional(z.literal(true)),
        cells: z.optional(z.record(z.string(), z.string())),
        label: z.optional(z.string()),
        labels: z.optional(z.array(z.string())),
        number: z.optional(z.number()),
      }),
    ),
  ),
});

interface Entry {
  files: OwnFile[];
  folder: string | null;
  /** Left out where the address has them. */
  changes?: RowChange[] | undefined;
}

/** The own files, the own folder of a base model, and the long list of changes of this entry. */
export function readEntry(): Entry {
  const { success, data } = entrySchema.safeParse(window.history.state);
  return success ? (data as Entry) : { files: [], folder: null };
}

/**
 * Starts to keep the address in step, and to heed one that is put in its place. Returns what ends
 * it.
 */
export function followAddress(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hadRuns = false;
  const write = () => {
    clearTimeout(timer);
    const state = useStudio.getState();
    hadRuns ||= state.methods.runs.length > 0;
    // The last run that was removed must not come back with a reload.
    if (hadRuns) writeAddress(state);
  };
  const end = useStudio.subscribe(({ data, model, methods, training }, before) => {
    const isOther =
      data.summary !== before.data.summary ||
      data.awaited !== before.data.awaited ||
      model.summary !== before.model.summary ||
      model.awaited !== before.model.awaited;
    if (isOther) write();
    else if (methods.runs !== before.methods.runs || training.settings !== before.training.settings) {
      clearTimeout(timer);
      // Browsers allow some hundred changes a minute: not one for every key that is pressed.
      timer = setTimeout(write, 300);
    }
  });
  const onAddress = () => {
    // While it trains the browser asks, and whoever stays keeps the address that was there.
    if (window.location.hash.startsWith("#c=")) window.location.reload();
  };
  window.addEventListener("hashchange", onAddress);
  return () => {
    clearTimeout(timer);
    end();
    window.removeEventListener("hashchange", onAddress);
  };
}

/**
 * Copies the address with what is chosen now. Rejects with the browser's error where it does not
 * let the page.
 */
export async function copyLink(): Promise<void> {
  writeAddress(useStudio.getState());
  await navigator.clipboard.writeText(window.location.href);
}

function writeAddress(state: StudioState): void {
  const { methods, training, data } = state;
  if (!training.settings) return;
  const { hash } = window.location;
  if (isOfNewerStudio(hash)) return;
  const { runs, descriptions, suggested } = methods;
  const { folder, ...ground } = groundOf(state);
  const fragment = toFragment(runs, training.settings, descriptions, ground, suggested);
  const awaited = data.awaited?.files ?? [];
  const open = ownFiles(data);
  const files = [...open, ...awaited.filter(({ role }) => !open.some((one) => one.role === role))];
  const changes = ground.data?.changes ?? [];
  const entry: Entry = { files, folder, ...(changes.length > 0 && !isLinked(changes) && { changes: [...changes] }) };
  if (hash === fragment && JSON.stringify(window.history.state) === JSON.stringify(entry)) return;
  window.history.replaceState(entry, "", fragment);
}

/** Of the base model that is open, or was before the engine was started again. */
let lastModel: { linked: LinkedModel | null; folder: string | null } | null = null;

/** Data and base model that are open, or else those that are awaited. */
function groundOf({ data, model }: StudioState): LinkedGround & { folder: string | null } {
  const { summary, sample, awaited } = data;
  const linked = summary ? { ...summary.settings, sample: sample?.id ?? null } : awaited?.linked;
  if (model.summary) {
    const { source, precision } = model.summary;
    const folder = source.startsWith("dir:") ? source.slice("dir:".length) : null;
    lastModel = { linked: folder === null ? { source, precision } : null, folder };
  }
  const known = model.summary ? lastModel : (model.awaited ?? lastModel);
  return { ...(linked && { data: linked }), ...(known && { model: known.linked }), folder: known?.folder ?? null };
}
