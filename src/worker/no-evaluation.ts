/**
 * Keeps zod from making checks out of text: the page's policy allows no evaluation, and each try
 * would be reported as a violation. Imported before anything that has a schema.
 */

import { config } from "zod";

config({ jitless: true });
