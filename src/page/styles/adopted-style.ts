/**
 * Stands for the package react-style-singleton, by which Radix's dialogs and menus keep the page
 * behind them from scrolling: the same styles as an adopted style sheet. The page's policy allows
 * no `style` elements. `vite.config.ts` puts it in the package's place.
 */

import { useEffect } from "react";

interface Props {
  styles: string;
  /** Whether styles that change are taken anew. */
  dynamic?: boolean;
}

/** A component whose styles are there while one of it is mounted: the first one's. */
export function styleSingleton(): (props: Props) => null {
  let mounted = 0;
  let sheet: CSSStyleSheet | null = null;
  return function Style({ styles, dynamic }) {
    // biome-ignore lint/correctness/useExhaustiveDependencies: as the package has it.
    useEffect(() => {
      if (mounted++ === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets.push(sheet);
      }
      return () => {
        if (--mounted > 0) return;
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
      };
    }, [styles && dynamic]);
    return null;
  };
}
