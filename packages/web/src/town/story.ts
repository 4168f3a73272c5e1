/**
 * The first minutes with two phones, step by step. A step is over when what it asks for has really happened: the
 * wallets and the switchboard say so, and nobody ticks it off by hand.
 *
 *   wallets ▶ topUp ▶ pay ▶ off ▶ payOn ▶ on ▶ dark ▶ finish ▶ light
 */

/** What a phone says of itself. */
export type Phone = {
	/** it has a wallet, and an account with an operator */
	readonly isReady: boolean;
	/** minor units */
	readonly available: bigint;
	/** payments that came, all in all */
	readonly received: number;
};

export type Now = {
	readonly you: Phone;
	readonly friend: Phone;
	readonly areOperatorsOn: boolean;
	/** neither operators nor relay nor the pages' own server answer */
	readonly isDark: boolean;
};

export const steps = ["wallets", "topUp", "pay", "off", "payOn", "on", "dark", "finish", "light"] as const;
export type Step = (typeof steps)[number];

export type Progress = {
	/** undefined once all are done */
	readonly step: Step | undefined;
	/** payments that had come, to both, when the step began */
	readonly before: number;
};

export const beginning: Progress = { step: "wallets", before: 0 };

/** Where the story stands now. */
export function advance({ step, before }: Progress, now: Now): Progress {
	const received = now.you.received + now.friend.received;
	if (step === undefined || !isOver(step, now, received > before)) return { step, before };
	return advance({ step: steps[steps.indexOf(step) + 1], before: received }, now);
}

/** `hasReceived`: a payment came since the step began. */
function isOver(step: Step, now: Now, hasReceived: boolean): boolean {
	switch (step) {
		case "wallets":
			return now.you.isReady && now.friend.isReady;
		case "topUp":
			return now.you.available + now.friend.available > 0n;
		case "pay":
			return hasReceived;
		case "off":
			return !now.areOperatorsOn;
		case "payOn":
			return hasReceived && !now.areOperatorsOn;
		case "on":
			return now.areOperatorsOn;
		case "dark":
			return now.isDark;
		case "finish":
			return hasReceived && now.isDark;
		case "light":
			return now.areOperatorsOn && !now.isDark;
		default:
			return step satisfies never;
	}
}
