/** Runs the effects of a meter's machine in their order: as `run.ts` does for a hand-over. */
import type { Bytes, MeterNews, MeterStep, Refusal, SignatureRequest, TokenChanges } from "@tenten/protocol";

export type MeterHost<S> = {
	/** before anything is awaited: where the machine is from now on */
	readonly enter: (state: S) => void;
	readonly sign: (requests: readonly SignatureRequest[]) => Promise<readonly Bytes[]>;
	/** the machine's next step, with what was signed */
	readonly signed: (state: S, signatures: readonly Bytes[]) => MeterStep<S>;
	readonly persist: (state: S, changes: TokenChanges) => Promise<void>;
};

/** What came of it. `state` is the last one, durable or not. */
export type MeterOutcome<S> = {
	readonly state: S;
	/** ticks and messages for the other side */
	readonly frames: readonly Bytes[];
	readonly news: readonly MeterNews[];
	readonly refusal: Refusal | undefined;
};

/** `before`: where it is again if something cannot be signed. */
export async function runMeter<S>(
	before: S,
	first: MeterStep<S>,
	host: MeterHost<S>,
): Promise<MeterOutcome<S>> {
	try {
		return await runEffects(first, host);
	} catch (error) {
		host.enter(before);
		throw error;
	}
}

async function runEffects<S>(first: MeterStep<S>, host: MeterHost<S>): Promise<MeterOutcome<S>> {
	const frames: Bytes[] = [];
	const news: MeterNews[] = [];
	let step = first;
	for (;;) {
		const { state, refusal } = step;
		host.enter(state);
		let signatures: readonly Bytes[] | undefined;
		for (const effect of step.effects) {
			if (effect.kind === "sign") signatures = await host.sign(effect.requests);
			else if (effect.kind === "persist") await host.persist(state, effect.changes);
			else if (effect.kind === "send") frames.push(effect.frame);
			else news.push((effect satisfies { readonly kind: "tell" }).news);
		}
		if (signatures === undefined) return { state, frames, news, refusal };
		step = host.signed(state, signatures);
	}
}
