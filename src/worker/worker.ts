/** The worker's entry: the studio behind comlink. Nothing below knows that it is in a worker. */

import "./no-evaluation";
import { expose } from "comlink";
import { Studio } from "./studio";

expose(new Studio(new URL(import.meta.env.BASE_URL, self.location.origin)));
