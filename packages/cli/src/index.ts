/** @tenten/cli: its public surface. */
export { main, makeProgram } from "./program.ts";
