/** Mise Pay's accounts as the page sees them, and what is done with them. */
import { type Accounts, lookAtAccounts } from "./board.ts";

const interval_ms = 500;

let seen = $state.raw<Accounts>();
let isBusy = $state(false);

export const accounts = {
	/** undefined until the switchboard answered once */
	get seen(): Accounts | undefined {
		return seen;
	},
	/** something is being done */
	get isBusy(): boolean {
		return isBusy;
	},
};

/** Looks at the accounts, until the function that it returns is called. */
export function watchAccounts(): () => void {
	let next: ReturnType<typeof setTimeout>;
	let isOver = false;
	const again = async (): Promise<void> => {
		const found = await lookAtAccounts();
		if (found !== undefined && !isBusy) seen = found;
		if (!isOver) next = setTimeout(again, interval_ms);
	};
	void again();
	return () => {
		isOver = true;
		clearTimeout(next);
	};
}

/** Does it, and shows what is so afterwards; whether it was done. */
export async function act(doing: () => Promise<Accounts | undefined>): Promise<boolean> {
	isBusy = true;
	const found = await doing();
	isBusy = false;
	if (found !== undefined) seen = found;
	return found !== undefined;
}
