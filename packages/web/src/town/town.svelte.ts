/** The town as its page sees it: what the switchboard says, what the phones say, and how far the story is. */
import { keepProgress, keptProgress } from "./kept-progress.ts";
import { advance, type Now, type Phone, type Step } from "./story.ts";
import { look, type Switch, type Town, turn } from "./switchboard.ts";

export type PhoneName = "you" | "friend";

const interval_ms = 1_000;
const noPhone: Phone = { isReady: false, available: 0n, received: 0 };

let seen = $state.raw<Town>();
let isLost = $state(false);
let isTurning = $state(false);
let now = $state.raw<Now>({ you: noPhone, friend: noPhone, areOperatorsOn: true, isDark: false });
let progress = $state.raw(keptProgress());

export const town = {
	/** undefined until the switchboard answered once */
	get seen(): Town | undefined {
		return seen;
	},
	/** the switchboard does not answer */
	get isLost(): boolean {
		return isLost;
	},
	/** something is being switched */
	get isTurning(): boolean {
		return isTurning;
	},
	get now(): Now {
		return now;
	},
	get step(): Step | undefined {
		return progress.step;
	},
};

/** Looks at the town every second, until the function that it returns is called. */
export function watch(): () => void {
	let next: ReturnType<typeof setTimeout>;
	let isOver = false;
	const again = async (): Promise<void> => {
		if (!isTurning) see(await look());
		if (!isOver) next = setTimeout(again, interval_ms);
	};
	void again();
	return () => {
		isOver = true;
		clearTimeout(next);
	};
}

export async function throwSwitch(what: Switch): Promise<void> {
	isTurning = true;
	see(await turn(what));
	isTurning = false;
}

export function hearPhone(name: PhoneName, phone: Phone): void {
	happened({ ...now, [name]: phone });
}

function see(found: Town | undefined): void {
	isLost = found === undefined;
	if (found === undefined) return;
	seen = found;
	// One alone may be off, too: they verify each other.
	const areOperatorsOn = found.operators.some(({ isOn }) => isOn);
	happened({ ...now, areOperatorsOn, isDark: !areOperatorsOn && !found.relay.isOn });
}

function happened(is: Now): void {
	now = is;
	progress = advance(progress, is);
	keepProgress(progress);
}
