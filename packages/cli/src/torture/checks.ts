/**
 * Checks: what a restarted process holds, against the ledger outside.
 *
 *   after each restart   what was acknowledged is there; purses and accounts are within what the ledger allows
 *   when all is at rest  to the minor unit: purses, accounts, the operator's own books, and nothing in doubt
 */
import { isRefusal } from "@tenten/protocol";
import { isGone } from "./doubts.ts";
import type { Known, Range } from "./ledger.ts";
import { assetCode, type TorturedTown } from "./town.ts";
import type { Look, Sight } from "./wallets-process.ts";

/** Whether what a wallet shows keeps every word that it gave. */
function checkAttempts(
	{ ledger }: TorturedTown,
	wallet: string,
	facts: readonly Known[],
	{ attempts }: Look,
): void {
	const find = (id: string, side: Sight["side"]): string =>
		attempts.find((sight) => sight.operation === id && sight.side === side)?.state ?? "none";
	for (const { operation, payer, payee, moved } of facts) {
		if (operation.payee === null) continue;
		const { id, kind } = operation;
		const isOver = moved !== null;
		const bad = (is: string): void => ledger.loss(`${id} (${kind}) ${is}, at ${wallet}`);
		if (operation.wallet === wallet) {
			const state = find(id, "payer");
			const isSpent = state === "released" || state === "sent";
			if (payer === "spent" && !isSpent) bad(`was told as paid and is ${state}`);
			if (payer !== "spent" && payer !== "asked" && isSpent) bad(`was told as ${payer} and is ${state}`);
			if (isOver && moved > 0n !== isSpent) bad(`ended with ${moved} moved and is ${state}`);
		} else {
			const state = find(id, "payee");
			if (payee === "owned" && state !== "owned") bad(`was told as received and is ${state}`);
			if (isOver && moved === 0n && state === "owned") bad("moved nothing and is received");
			if (isOver && moved > 0n && state !== "owned") bad(`is paid and its payee has it as ${state}`);
		}
	}
}

function within(value: bigint, before: Range, after: Range): boolean {
	const low = before.low < after.low ? before.low : after.low;
	const high = before.high > after.high ? before.high : after.high;
	return low <= value && value <= high;
}

/** After a restart of its household: the purse, and every acknowledged payment. */
export async function checkWallet(town: TorturedTown, wallet: string): Promise<void> {
	const { ledger } = town;
	try {
		const home = await town.homeOf(wallet).up();
		const before = ledger.purse(wallet);
		// What is acknowledged while it looks is judged at its next look.
		const facts = ledger.about(wallet);
		const look = await home.call("look", { wallet });
		if (!within(look.holds, before, ledger.purse(wallet)))
			ledger.loss(`${wallet} holds ${look.holds}, and not ${before.low} to ${before.high}`);
		checkAttempts(town, wallet, facts, look);
	} catch (error) {
		if (!isGone(error)) throw error;
	}
}

/** After a restart of the operator: the account. Nothing where the operator is gone again. */
export async function checkAccount(town: TorturedTown, wallet: string): Promise<void> {
	const { ledger } = town;
	try {
		const home = await town.homeOf(wallet).up();
		const before = ledger.account(wallet);
		const found = await home.call("account", { wallet });
		if (isRefusal(found)) {
			if (found.code !== "channel-failed") ledger.loss(`${wallet} asks for its account: ${found.code}`);
			return;
		}
		if (!within(found, before, ledger.account(wallet)))
			ledger.loss(`${wallet} has ${found} on its account, and not ${before.low} to ${before.high}`);
	} catch (error) {
		if (!isGone(error)) throw error;
	}
}

/** When nothing is under way and nobody is killed: every number is one number. */
export async function checkAtRest(town: TorturedTown): Promise<void> {
	const { ledger, operator, wallets } = town;
	let [held, onAccounts] = [0n, 0n];
	for (const wallet of wallets) {
		const home = await town.homeOf(wallet).up();
		const look = await home.call("look", { wallet });
		checkAttempts(town, wallet, ledger.about(wallet), look);
		const purse = ledger.purse(wallet);
		if (look.holds !== purse.low || look.holds !== purse.high)
			ledger.loss(`at rest ${wallet} holds ${look.holds}, and not ${purse.low} to ${purse.high}`);
		const open = look.attempts.filter(({ isOpen }) => isOpen);
		for (const { operation, side, state } of open)
			ledger.loss(`at rest ${wallet} has ${operation} open as ${side}: ${state}`);
		if (look.pending > 0) ledger.loss(`at rest ${wallet} has ${look.pending} orders without an answer`);
		await checkAccount(town, wallet);
		held += look.holds;
		onAccounts += ledger.account(wallet).low;
	}
	const { totals, broken } = await (await operator.up()).call("audit", { code: assetCode });
	for (const words of broken) ledger.loss(`the operator's books: ${words} does not hold`);
	if (totals.outstanding !== held)
		ledger.loss(`at rest ${totals.outstanding} outstanding, and wallets hold ${held}`);
	if (totals.held + totals.outstanding !== town.deposited || totals.drawn !== 0n)
		ledger.loss(
			`of ${town.deposited} deposited ${totals.held} on accounts, ${totals.outstanding} outstanding`,
		);
	if (totals.held < onAccounts)
		ledger.loss(`accounts hold ${totals.held} together, and those of this round ${onAccounts}`);
}
