/** The library that draws a walk, with its look in the studio's colours; loaded when needed. */

import "driver.js/dist/driver.css";
import "./tour.css";

export { driver } from "driver.js";
