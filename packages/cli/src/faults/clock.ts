/** The clock of the processes' world: real time that runs faster, so that time-outs of minutes take seconds. */
import { beginning_ms } from "@tenten/sim";

export type Clock = {
	/** unix milliseconds of this machine at which the world began */
	readonly began_ms: number;
	/** milliseconds of the world in one of this machine */
	readonly haste: number;
};

/** Milliseconds of the world's clock. */
export function readClock({ began_ms, haste }: Clock): () => number {
	return () => beginning_ms + (Date.now() - began_ms) * haste;
}
