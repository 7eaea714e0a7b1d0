/** The worker's entry: the studio behind comlink. Nothing below knows that it is in a worker. */

import "./no-evaluation";
import { expose } from "comlink";
import { Studio } from "./studio";

// Where the page's files are: a built worker lies in assets/ beside them, at whatever path.
const root = new URL(import.meta.env.DEV ? import.meta.env.BASE_URL : "../", self.location.href);

expose(new Studio(root));
