/**
 * Bases: reads saves, judges when each base decays, and keeps the result per server.
 * @module
 */

export { writeDocument } from "./document.ts";
export { type JudgeOptions, type ReadSave, readSave, UnreadableSaveError } from "./refresh.ts";
export { keepSave } from "./store.ts";
export { progressText, summaryText } from "./view.ts";
