/**
 * Runs a machine's effects in their order, until a step asks for nothing more.
 *
 * What a step asks to be signed comes back to the machine as the next step. `persist` is awaited before
 * anything after it happens; if it fails, nothing after it happens.
 */
import type {
	Bytes,
	Manifest,
	Message,
	News,
	Refusal,
	SignatureRequest,
	Step,
	TokenChanges,
} from "@tenten/protocol";

export type Host<S> = {
	readonly sign: (requests: readonly SignatureRequest[]) => Promise<readonly Bytes[]>;
	/** the machine's next step, with what was signed */
	readonly signed: (state: S, signatures: readonly Bytes[]) => Step<S>;
	readonly persist: (state: S, changes: TokenChanges) => Promise<void>;
};

/** What came of it. `state` is the last one, durable or not. */
export type Outcome<S> = {
	readonly state: S;
	readonly sent: readonly { readonly message: Message; readonly manifest: Manifest | null }[];
	readonly forwarded: readonly Message[];
	readonly news: readonly News[];
	readonly asks: boolean;
	readonly refusal: Refusal | undefined;
};

export async function run<S>(first: Step<S>, host: Host<S>): Promise<Outcome<S>> {
	const sent: { readonly message: Message; readonly manifest: Manifest | null }[] = [];
	const forwarded: Message[] = [];
	const news: News[] = [];
	let asks = false;
	let step = first;
	for (;;) {
		let signatures: readonly Bytes[] | undefined;
		for (const effect of step.effects) {
			if (effect.kind === "sign") signatures = await host.sign(effect.requests);
			else if (effect.kind === "persist") await host.persist(step.state, effect.changes);
			else if (effect.kind === "send")
				sent.push(...effect.messages.map((message) => ({ message, manifest: effect.manifest })));
			else if (effect.kind === "forward") forwarded.push(effect.message);
			else if (effect.kind === "tell") news.push(effect.news);
			else asks = (effect.kind satisfies "ask") === "ask";
		}
		if (signatures === undefined)
			return { state: step.state, sent, forwarded, news, asks, refusal: step.refusal };
		step = host.signed(step.state, signatures);
	}
}
