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
	/** money is set aside for a payment whose outcome is open */
	readonly isPaying: boolean;
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
	/** as it was when the step began */
	readonly begun: Now;
};

const noPhone: Phone = { isReady: false, available: 0n, received: 0, isPaying: false };
export const beginning: Now = { you: noPhone, friend: noPhone, areOperatorsOn: true, isDark: false };

/** Where the story stands now. */
export function advance({ step, begun }: Progress, now: Now): Progress {
	if (step === undefined || !isOver(step, begun, now)) return { step, begun };
	return advance({ step: steps[steps.indexOf(step) + 1], begun: now }, now);
}

function isOver(step: Step, begun: Now, now: Now): boolean {
	const hasReceived = received(now) > received(begun);
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

function received({ you, friend }: Now): number {
	return you.received + friend.received;
}
