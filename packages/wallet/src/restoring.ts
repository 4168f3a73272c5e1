/**
 * Bringing back what a backup held, without a link of its old keys (ADR 0041).
 *
 *   every output ──asked──▶ spent since, as its own link shows       dropped, and told
 *                      ├──▶ nobody knows                             awaited: asked again, refunded in the end
 *                      └──▶ its owner says that nothing was paid     redeemed to the old key's own account
 *   open meters ──▶ its owner says that nothing was paid             claimed
 *   old accounts ──▶ withdrawn to new keys
 *
 * Each step may be repeated, by this wallet or by another that was restored from the same backup.
 */
import type { AwaitedToken, Fate, SecureModule } from "@tenten/module";
import { type AssetId, type Bytes, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import type { Happened } from "./journal.ts";
import { accountBalance, type Operators, reach, runOrder, settlePending } from "./operators.ts";

export type RestoringOptions = {
	readonly module: SecureModule;
	readonly operators: Operators;
	/** unix seconds */
	readonly now: () => number;
	/** asks operators for the release of what was given in an exchange */
	readonly resolve: (attempt: Bytes) => Promise<unknown>;
	/** claims meters of old keys, by their owner's word that nothing was signed since */
	readonly claimMeters: () => Promise<Refusal | undefined>;
	readonly record: (what: Happened) => Promise<void>;
};

export class Restoring {
	readonly #options: RestoringOptions;
	/** outputs that an operator was asked about since this wallet was opened, in hexadecimal */
	readonly #asked = new Set<string>();

	constructor(options: RestoringOptions) {
		this.#options = options;
	}

	/**
	 * Asks what became of what old keys own, and moves their accounts to new ones. `nothingPaidSince`: its owner's
	 * word, by which what is left moves at once and meters are claimed, a payer's once their grace is over; a wrong one
	 * convicts the old key of what it paid since.
	 */
	async bringBack(nothingPaidSince: boolean): Promise<Refusal | undefined> {
		const { module, operators, claimMeters } = this.#options;
		await settlePending(module, operators);
		this.#asked.clear();
		const asked = await this.ask();
		const moved = nothingPaidSince ? await moveUnspent(module, operators) : undefined;
		const claimed = nothingPaidSince ? await claimMeters() : undefined;
		const withdrawn = await emptyAccounts(module, operators);
		return asked ?? moved ?? claimed ?? withdrawn;
	}

	/** Asks about what is awaited: once, and again when it is due. The first reason why something stays unasked. */
	async ask(): Promise<Refusal | undefined> {
		const { module, operators, now, resolve } = this.#options;
		const due = module
			.awaited()
			.filter(({ output, refundFrom }) => now() >= refundFrom || !this.#asked.has(toHex(output)));
		// What the lost wallet gave in an exchange may have brought the other leg: that comes first.
		const given = due.flatMap(({ heldBy }) => (heldBy && module.payee(heldBy) ? [heldBy] : []));
		for (const attempt of given) await resolve(attempt);
		const left = new Set(module.awaited().map(({ output }) => toHex(output)));
		const unreached = new Map<string, Refusal | undefined>();
		let refused: Refusal | undefined;
		for (const token of due.filter(({ output }) => left.has(toHex(output)))) {
			const id = toHex(token.asset.operator);
			if (!unreached.has(id)) unreached.set(id, await reach(module, operators, token.asset.operator));
			const fate = unreached.get(id) ?? (await fateOf(module, operators, token));
			if (!isRefusal(fate)) await this.#record(token, fate);
			else if (fate.code === "ruling-early") this.#asked.add(toHex(token.output));
			else refused ??= fate;
			// Who does not answer one question is not asked thousands.
			if (isRefusal(fate) && fate.code === "channel-failed") unreached.set(id, fate);
		}
		return refused;
	}

	#record({ output, asset, certificate }: AwaitedToken, { kind, amount }: Fate): Promise<void> {
		return this.#options.record({ id: output, asset, amount, party: certificate, kind, note: "" });
	}
}

function fateOf(
	module: SecureModule,
	operators: Operators,
	{ output }: AwaitedToken,
): Promise<Fate | Refusal> {
	return module.askFate(
		output,
		async ({ operator, request }) =>
			operators.get(toHex(operator))?.rule(request) ?? refuse("issuer-unknown", "no way to this operator"),
	);
}

/** Redeems what may move at once, each output to the account of the key that owned it. */
async function moveUnspent(module: SecureModule, operators: Operators): Promise<Refusal | undefined> {
	let refused: Refusal | undefined;
	for (const { asset, output, certificate } of module.awaited().filter(({ mayMove }) => mayMove)) {
		const results = await runOrder(module, operators, {
			asset,
			action: { kind: "account", account: certificate },
			inputs: [output],
			nothingSpentSince: true,
		});
		if (isRefusal(results)) refused ??= results;
	}
	return refused;
}

/** Withdraws to new keys what the accounts of restored ones hold. */
async function emptyAccounts(module: SecureModule, operators: Operators): Promise<Refusal | undefined> {
	const { trust } = module;
	if (isRefusal(trust)) return trust;
	let refused: Refusal | undefined;
	for (const { hash, operatorId } of module.certificates().filter(({ hash }) => module.isRestored(hash)))
		for (const { code } of trust.operator(operatorId)?.entry.assets ?? []) {
			const left = await emptyAccount(module, operators, { operator: operatorId, code }, hash);
			refused ??= left;
		}
	return refused;
}

async function emptyAccount(
	module: SecureModule,
	operators: Operators,
	asset: AssetId,
	account: Bytes,
): Promise<Refusal | undefined> {
	const held = await accountBalance(module, operators, asset, account);
	if (isRefusal(held) || held === 0n) return isRefusal(held) ? held : undefined;
	const action = { kind: "withdraw", outputs: [held], account } as const;
	const results = await runOrder(module, operators, { asset, action, inputs: [] });
	return isRefusal(results) ? results : undefined;
}
