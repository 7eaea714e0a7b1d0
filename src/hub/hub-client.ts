/**
 * Asks the Hugging Face Hub, or a server that speaks its layout, about a model and reads its files,
 * through the official client library. The library is loaded with the first question. Not for
 * keeping files (`stored-models.ts`).
 */

import * as z from "zod";
import { checkedBy, issueLines } from "../errors/checked-by";
import { shortened } from "../errors/shortened";
import type { ExpectedFile } from "./checksum";
import { namePolicyRefusals } from "./policy-refusals";
import type { ModelRecord } from "./stored-models";
import type { ModelFile, ModelFolder } from "./types";

export const HUB_ADDRESS = "https://huggingface.co";

/** What to ask for. */
export interface HubRequest {
  /** `OWNER/NAME`, or `NAME` for the oldest models. */
  readonly name: string;
  /** Branch, tag or commit; null: the main branch. */
  readonly revision: string | null;
  /** For gated and private models. Never stored. */
  readonly token: string | null;
  /** Of the Hub, without a slash at its end. */
  readonly address: string;
  /** Default: a model. */
  readonly kind?: "model" | "dataset";
}

/** A model, or a data set, on the Hub at one commit. */
export interface HubModel {
  readonly request: HubRequest;
  readonly commit: string;
  /** As its card names it; null where it names none. */
  readonly licence: string | null;
  readonly gated: boolean;
  /** The metadata of its card, unchecked. */
  readonly card: unknown;
  /** Everything at the top of the repository, wanted or not; of a data set in its folders, too. */
  readonly files: readonly ExpectedFile[];
}

/** `hf:OWNER/NAME`, with `@REVISION` where one was asked for. */
export function hubSource({ name, revision }: Pick<HubRequest, "name" | "revision">): string {
  return `hf:${name}${revision === null ? "" : `@${revision}`}`;
}

/**
 * What a person typed: `OWNER/NAME`, `OWNER/NAME@REVISION`, `hf:…`, or the model's page address.
 * @throws Error when it is no model's name.
 */
export function parseHubName(typed: string, address = HUB_ADDRESS): Pick<HubRequest, "name" | "revision"> {
  let text = typed.trim().replace(/^hf:/, "");
  if (text.startsWith(`${address}/`)) text = text.slice(address.length + 1).replace(/\/tree\/([^/]+).*$/, "@$1");
  const match = /^([\w-][\w.-]*(?:\/[\w-][\w.-]*)?)(?:@([\w./-]+))?\/?$/.exec(text);
  if (!match)
    throw new Error(`"${typed.trim()}" is not a model's name on the Hub. Write OWNER/NAME or OWNER/NAME@REVISION.`);
  return { name: match[1]!, revision: match[2] ?? null };
}

const library = () => import("@huggingface/hub");

/**
 * Commit, licence and files of a model or a data set. These are the first requests that leave the
 * page.
 * @throws Error saying whether the model, the revision, the permission or the network is missing,
 * and what to do.
 */
export async function lookUp(request: HubRequest): Promise<HubModel> {
  checkRequest(request);
  const { listFiles, modelInfo, datasetInfo } = await library();
  const { name, revision, address, kind = "model" } = request;
  const access = { hubUrl: address, ...(request.token === null ? {} : { accessToken: request.token }) };
  return nameErrors(request, async () => {
    const ask = {
      name,
      ...(revision === null ? {} : { revision }),
      additionalFields: ["sha", "cardData"] as ("sha" | "cardData")[],
      ...access,
    };
    const info = await (kind === "dataset" ? datasetInfo(ask) : modelInfo(ask));
    const commit = told(commitSchema, info.sha, address, "its commit");
    const files: ExpectedFile[] = [];
    // Of the commit, so that nothing changes between looking and downloading.
    const recursive = kind === "dataset";
    for await (const entry of listFiles({ repo: { type: kind, name }, revision: commit, recursive, ...access })) {
      if (entry.type !== "file") continue;
      const { path, size, oid, lfs } = told(fileSchema, entry, address, "an entry of its list");
      const sha256 = lfs?.oid ?? null;
      files.push({ name: path, bytes: lfs?.size ?? size, sha256, gitId: sha256 === null ? (oid ?? null) : null });
    }
    const card: unknown = info.cardData;
    return { request, commit, licence: licenceOf(card), gated: info.gated !== false, card, files };
  });
}

const commitSchema = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/i, "is no commit");
const size = z.int().min(0);
/** A file of a listing; sums may be missing, and then nothing is checked but the size. */
const fileSchema = z.object({
  path: z.string().min(1),
  size,
  oid: z
    .string()
    .regex(/^[0-9a-f]{40}$/i, "is no git id")
    .nullish(),
  lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/i, "is no SHA-256"), size }).nullish(),
});

/**
 * What a server told, checked. `whole`: what it is. Throws an Error naming the place that is of
 * another form.
 */
function told<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  address: string,
  whole: string,
): z.output<Schema> {
  const checked = checkedBy(schema, value);
  if ("issues" in checked) throw anotherForm(address, issueLines(checked.issues, whole));
  return checked.value as z.output<Schema>;
}

const anotherForm = (address: string, why: string) =>
  new Error(`${address} answers in another form than the Hub's (${shortened(why, 200)}). Check the Hub's address.`);

function licenceOf(card: unknown): string | null {
  const { license, license_name: own } = (card ?? {}) as { license?: unknown; license_name?: unknown };
  const first = Array.isArray(license) ? license.join(", ") : license;
  if (first === "other" && typeof own === "string") return own;
  return typeof first === "string" ? first : null;
}

/**
 * The names of what the studio reads of a model: settings, tokenizer and weights, one file or
 * shards.
 */
const WANTED =
  /^((generation_)?config\.json|tokenizer\.json|tokenizer_config\.json|special_tokens_map\.json|chat_template\.jinja)$/;
const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const SHARD = /^model-\d+-of-\d+\.safetensors$/;

/** The files of a folder that the studio downloads. */
export function wantedFiles<File extends { readonly name: string }>(files: readonly File[]): File[] {
  const single = files.some(({ name }) => name === SINGLE);
  return files.filter(
    ({ name }) => WANTED.test(name) || (single ? name === SINGLE : name === INDEX || SHARD.test(name)),
  );
}

/** What is kept beside the files once they are downloaded. */
export function hubRecord(model: HubModel): ModelRecord {
  const { request, commit, licence, files } = model;
  const { name, address } = request;
  return { source: hubSource(request), name, address, commit, licence, files: wantedFiles(files) };
}

/**
 * The model's files where they are: read by range, never whole. For looking at settings and headers
 * before a download.
 */
export function remoteFolder(model: HubModel): ModelFolder {
  const files = new Map(model.files.map((file) => [file.name, file]));
  return {
    source: hubSource(model.request),
    name: model.request.name,
    files: [...files.keys()],
    async open(name): Promise<ModelFile | null> {
      const file = files.get(name);
      if (!file) return null;
      const fetchRange = contentFetcher(model, name);
      return {
        name,
        size: file.bytes,
        async read(start, end) {
          if (start >= end) return new Uint8Array(0);
          const response = await fetchRange(start, end);
          return nameErrors(model.request, async () => new Uint8Array(await response.arrayBuffer()));
        },
      };
    },
  };
}

/** A file's content from a byte on, as a stream. */
export async function openContent(model: HubModel, name: string, from: number): Promise<ReadableStream<Uint8Array>> {
  const bytes = model.files.find((file) => file.name === name)?.bytes ?? 0;
  // There is no range without a byte in it.
  if (from >= bytes) return new Blob([]).stream();
  return (await contentFetcher(model, name)(from, bytes)).body!;
}

/** Fetches bytes `[start, end)` of a file; where it lies is asked once. */
function contentFetcher(model: HubModel, name: string): (start: number, end: number) => Promise<Response> {
  const { token, address } = model.request;
  let place: Promise<string> | null = null;
  const find = async (): Promise<string> => {
    const { fileDownloadInfo } = await library();
    const info = await fileDownloadInfo({
      repo: { type: model.request.kind ?? "model", name: model.request.name },
      path: name,
      revision: model.commit,
      hubUrl: address,
      ...(token === null ? {} : { accessToken: token }),
    });
    if (!info) throw new Error(`${name} is not in ${model.request.name} any more. Look it up again.`);
    return info.url;
  };
  return (start, end) =>
    nameErrors(model.request, async () => {
      place ??= find();
      const url = await place.catch((error) => {
        place = null;
        throw error;
      });
      const own = new URL(url).origin === new URL(address).origin;
      const response = await fetch(url, {
        headers: {
          Range: `bytes=${start}-${end - 1}`,
          ...(token !== null && own ? { Authorization: `Bearer ${token}` } : {}),
        },
      });
      if (!response.ok) throw Object.assign(new Error(response.statusText), { statusCode: response.status });
      if (response.status !== 206 && (start > 0 || Number(response.headers.get("content-length")) !== end)) {
        await response.body?.cancel();
        throw new Error(
          `${address} sends ${name} only whole, not in parts. Download it by other means and open the folder.`,
        );
      }
      return response;
    });
}

/** What browsers and Node say of a transfer that did not come about, or broke off. */
const OF_THE_NETWORK = /fetch|network|load failed|terminated|aborted|could not be reached|cancelled|body/i;

/**
 * @throws Error where the token is none that a request could carry, or the address holds a name and
 * a password, which would be in every message and record. It has no part of either.
 */
function checkRequest({ token, address }: HubRequest): void {
  // Visible ASCII is what a header may hold and a token is made of.
  if (token !== null && !/^[!-~]+$/.test(token)) {
    throw new Error("The token has a line break, a space or a letter in it that no token has. Give the token alone.");
  }
  const { username, password } = new URL(address);
  if (username !== "" || password !== "") {
    throw new Error("The Hub's address has a name or a password in it. Leave it out, and give a token.");
  }
}

/**
 * Turns what the client throws into a sentence that says what to do, and has no token in it
 * whatever a server or a library says. Broken transfers stay what they are.
 */
async function nameErrors<Result>(request: HubRequest, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await namedErrors(request, ask);
  } catch (error) {
    const { token } = request;
    if (token !== null && error instanceof Error) error.message = error.message.replaceAll(token, "(the token)");
    throw error;
  }
}

async function namedErrors<Result>(request: HubRequest, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await namePolicyRefusals(ask);
  } catch (error) {
    const status = (error as { statusCode?: unknown }).statusCode;
    if (typeof status === "number") throw refusedBy(request, status, (error as Error).message);
    if ((error as Error).message?.startsWith("Your access token")) {
      throw new Error(`The token is not one of the Hub's: ${(error as Error).message}.`);
    }
    if (error instanceof RangeError) throw anotherForm(request.address, "it goes too deep");
    if (error instanceof SyntaxError || (error instanceof TypeError && !OF_THE_NETWORK.test(error.message))) {
      throw anotherForm(request.address, error instanceof SyntaxError ? "what came is no JSON" : "its list is none");
    }
    if (error instanceof TypeError) {
      // A TypeError: what a transfer that broke off throws too, so that it is tried again.
      throw new TypeError(
        `${request.address} could not be reached (${error.message}). Check the network and the Hub's address.`,
      );
    }
    throw error;
  }
}

function refusedBy(
  { name, revision, token, address, kind = "model" }: HubRequest,
  status: number,
  said: string,
): Error {
  const page = kind === "dataset" ? `${address}/datasets/${name}` : `${address}/${name}`;
  const noun = kind === "dataset" ? "data set" : "model";
  const model = revision === null ? name : `${name} at revision ${revision}`;
  if (status === 401 && token === null) {
    return new Error(
      `${address} does not show ${model} without a token: it is gated or private, or its name is wrong. ` +
        "Check the name, or give a token of an account that may read it.",
    );
  }
  if (status === 401)
    return new Error(`${address} does not accept the token for ${model}. Make a new one and try again.`);
  if (status === 403) {
    return new Error(
      `${address} does not let this account read ${model}: the ${noun} is gated. Accept its conditions on ${page}` +
        `${token === null ? ", then give a token of that account" : ", or give a token of an account that has"}.`,
    );
  }
  if (status === 404) return new Error(`${address} has no ${noun} ${model}. Check owner, name and revision.`);
  if (status === 429) return new Error(`${address} asks to wait: too many requests. Try again in some minutes.`);
  return new Error(`${address} answered ${status} about ${model}: ${said}`);
}
