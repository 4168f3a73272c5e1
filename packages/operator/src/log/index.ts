/** Logs of operators: appended to, served, read, checked and anchored. The formats are those of docs/spec/log.md. */
export { type Anchor, type Anchored, Anchoring, bring, folderAnchor, httpAnchor } from "./anchors.ts";
export { checkLog, type Recomputed, readCheckpoint, recomputeLog } from "./checking.ts";
export { LogReader } from "./reader.ts";
export { type Published, publicFolder } from "./recovering.ts";
export { type LogServer, logApp, serveLog } from "./serving.ts";
export { folderSource, httpSource, type LogSource, LogUnreachable } from "./source.ts";
export { type LogOptions, LogWriter } from "./writer.ts";
