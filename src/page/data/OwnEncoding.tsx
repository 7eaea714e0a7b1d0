/**
 * The encoding of a file that was opened or refused in step 1, to be chosen where it is not UTF-8.
 */

import { lazy, Suspense } from "react";
import type { DataRole } from "../../worker/api";
import { openedSources, openFile, setData } from "../actions/data";
import { useStudio } from "../store/store";

const EncodingChoice = lazy(() => import("./EncodingChoice"));

export function OwnEncoding({ part }: { part: DataRole }) {
  const error = useStudio(({ data }) => data.error);
  const chosen = useStudio(({ data }) => data.summary?.encodings[part] ?? null);
  const refused = error?.place === part ? error.file : undefined;
  const [opened] = [openedSources()[part] ?? []].flat();
  // What is refused is asked about first; the open file stays as it is.
  const file = refused ?? (error === null && chosen !== null ? opened : undefined);
  if (!file) return null;
  return (
    <Suspense fallback={null}>
      <EncodingChoice
        key={`${file.name} ${refused ? "" : chosen}`}
        file={file}
        chosen={refused ? null : chosen}
        onChoose={(encoding) => (refused ? void openFile(refused, part, { encoding }) : readAgain(part, encoding))}
      />
    </Suspense>
  );
}

function readAgain(part: DataRole, encoding: string): void {
  if (part === "train") void setData({ encoding, columns: {}, group: null }, "columns");
  else if (part === "validation") void setData({ validationEncoding: encoding }, "validation");
  else void setData({ testEncoding: encoding }, "test");
}
