/** What an address says of data and base model, beside methods and training. Types only. */

import type { Configuration } from "../../plan/configuration";
import type { DataSettings } from "../../worker/api";

/** Which data, and how its files are to be read. */
export interface LinkedData extends Omit<DataSettings, "maxLength" | "validationFraction"> {
  /** Left out by earlier addresses, as the next two are. */
  maxLength?: number;
  validationFraction?: number;
  /** The id of a sample; null: files of one's own. */
  sample?: string | null;
}

/** A base model that the address can name. */
export type LinkedModel = Pick<Configuration, "precision"> & { source: string };

/** What an address says beside methods and training. */
export interface LinkedGround {
  /** Left out where nothing was open. */
  data?: LinkedData;
  /** Null: a folder of one's own; left out where none was open. */
  model?: LinkedModel | null;
}
