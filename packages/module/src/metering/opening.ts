/**
 * Opens the meters of a module.
 *
 * `#meters` is this, or the browser's where a bundler resolves by the condition `browser` (package.json, `imports`):
 * there what runs meters is loaded only by a wallet that keeps some.
 */
import type { Bytes, Refusal } from "@tenten/protocol";
import type { Core } from "../core.ts";
import { MeterDesk } from "./desk.ts";

/** What an app may do with meters: all of `MeterDesk`. */
export type MeterPort = Pick<MeterDesk, keyof MeterDesk>;

/** Opens the meters among the rows of a core. */
export type OpenMeters = (core: Core) => MeterPort;

/** What opens the meters among these rows, which are unsealed. `part-missing`: it could not be loaded. */
export async function metersOf(_: ReadonlyMap<string, Bytes>): Promise<OpenMeters | Refusal> {
	return (core) => new MeterDesk(core);
}
