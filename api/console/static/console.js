// Starts what the page at hand needs. Every page works without any of this.
import { startFrame } from "./frame.js";
import { startQueue } from "./queue.js";
import { startCase } from "./case.js";

startFrame();
const rows = document.querySelector("[data-list]");
if (rows) startQueue(rows);
const form = document.querySelector("[data-decide]");
if (form) startCase(form);
