/** A race: what is sent at once, and what may come of it. */
import type { AssetDefinition } from "@tenten/protocol";
import { usualWindows } from "../server/issuer.ts";
import type { Answer, Entry } from "./crowd.ts";
import type { Track } from "./racer.ts";

/** A race that is ready to run. */
export type Race = {
	readonly entries: readonly Entry[];
	/** what is not as it must be, in words */
	readonly judge: (answers: readonly Answer[]) => readonly string[];
};

export type Variant = (track: Track, parallel: number) => Promise<Race>;

export const code = "JPY";
/** An asset that is over within seconds: for races at the end of its time. */
export const hasty = { code: "HASTY", scale: 0, name: "hasty", spendWindow: 2, redeemWindow: 3, grace: 1 };

export const assets: readonly AssetDefinition[] = [{ code, scale: 0, name: "yen", ...usualWindows }, hasty];
