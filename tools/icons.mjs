/**
 * `node tools/icons.mjs`: draws the icons of the tab and of the installed studio (`public/icons`)
 * from its mark, which the page's header shows too. To be run by hand when the mark changes.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright";
import { findChromium } from "./chromium.mjs";

const folder = fileURLToPath(new URL("../public/icons/", import.meta.url));

/**
 * Corners: of 16. Systems that cut icons to their own shape keep the inner 80 %, and fill no
 * corners.
 */
const ICONS = [
  { file: "icon-192.png", size: 192, corner: 3, scale: 1 },
  { file: "icon-512.png", size: 512, corner: 3, scale: 1 },
  { file: "maskable-512.png", size: 512, corner: 0, scale: 0.75 },
  { file: "apple-touch.png", size: 180, corner: 0, scale: 0.9 },
];

/** The mark, in a square of 16. */
const mark = (corner, scale) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
  <rect width="16" height="16" rx="${corner}" fill="#115e59"/>
  <path d="M3 3.5c2 6 4 8 10 8.5M3 3.5c4 1.5 7 3 10 4" transform="translate(8 8) scale(${scale}) translate(-8 -8)"
    fill="none" stroke="white" stroke-width="1.5" stroke-linecap="round"/>
</svg>
`;

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}icon.svg`, mark(3, 1));
const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
try {
  for (const { file, size, corner, scale } of ICONS) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    await page.setContent(`<body style="margin:0; line-height:0">${mark(corner, scale)}</body>`);
    await page.screenshot({ path: folder + file, omitBackground: true });
    await page.close();
  }
} finally {
  await browser.close();
}
