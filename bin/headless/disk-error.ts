/** What the disk answers, in words. */

/** By the system's code of the error. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "the disk space that this user may take is used up",
  EFBIG: "the file would be larger than this system lets it be (see ulimit -f)",
  EROFS: "the disk can only be read from",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOTDIR: "a part of the path is a file",
  ENAMETOOLONG: "the path is too long",
  EMFILE: "too many files are open",
  EIO: "the disk does not work",
};

/** What went wrong, without the path; null for what is no error of the disk. */
export function diskReason(error: unknown): string | null {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? null : (REASONS[code] ?? null);
}

/** The error of a file or folder that could not be written; others are returned as they are. */
export function diskError(error: unknown, path: string): Error {
  const reason = diskReason(error);
  if (reason !== null) return new Error(`${path} could not be written: ${reason}.`, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}
