/** A button that has a file chosen. */

import { type ReactNode, useRef } from "react";

export function FileButton({
  label,
  accept,
  disabled = false,
  onFile,
  children,
}: {
  /** Says to whom cannot see it what file is meant. */
  label: string;
  /** File names and types that are offered; default: all. */
  accept?: string;
  disabled?: boolean;
  onFile(file: File): void;
  children: ReactNode;
}) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        hidden
        accept={accept}
        aria-label={label}
        onChange={(event) => {
          const file = event.target.files?.[0];
          // The same file may be chosen again.
          event.target.value = "";
          if (file) onFile(file);
        }}
      />
      <button type="button" className="button" disabled={disabled} onClick={() => picker.current?.click()}>
        {children}
      </button>
    </>
  );
}
