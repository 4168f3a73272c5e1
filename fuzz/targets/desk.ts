/**
 * The desk that screens call: any bundle that a camera or a link may bring, and any text for an asset or a payment.
 *
 * What must hold: nothing is thrown, and a desk that nobody pays never shows more than it had.
 */
import { type Bytes, isRefusal, sha256 } from "@tenten/protocol";
import { Desk, memorySettings, memoryStore, Wallet } from "@tenten/wallet";
import { expectValue } from "../../packages/module/test/support/world.ts";
import { createEcosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { serverMemory } from "../memory.ts";
import { Broken, outcomeOf, type Target } from "../target.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const held = 1_000n;
const note = { mediaType: "text/plain", content: Uint8Array.of(104, 105) };

/** Two desks that joined one operator, the first with something in its wallet. */
async function openDesks() {
	const ecosystem = await createEcosystem();
	const { operator, world, clock } = ecosystem;
	const random = (length: number): Bytes =>
		Uint8Array.from({ length }, (_, i) => world.random()[i % 32] ?? 0);
	const person = async (name: number, amount: bigint): Promise<Desk> => {
		const [store, settings] = [memoryStore(), memorySettings()];
		const unlock = { kind: "device", key: sha256(Uint8Array.of(name)) } as const;
		const wallet = expectValue(await Wallet.open({ store, unlock, now: () => clock.now, random }));
		const open = () => Desk.open({ wallet, store, settings, operatorAt: () => operator });
		expectValue(await (await open()).join("https://operator.example", asked));
		const [own] = wallet.module.certificates();
		const desk = await open();
		if (amount > 0n && own !== undefined) {
			await operator.deposit(world.random(), own.hash, assetOf(desk).code, amount);
			const refusal = await desk.topUp(assetOf(desk).id, amount);
			if (refusal !== undefined) throw new Error(refusal.code);
		}
		return desk;
	};
	return { ann: await person(1, held), bob: await person(2, 0n), close: () => ecosystem.operator.close() };
}

function assetOf(desk: Desk) {
	const [balance] = desk.overview().balances;
	if (balance === undefined) throw new Error("the operator lists nothing");
	return balance.asset;
}

function mustHoldNoMore(desk: Desk): void {
	for (const { available, locked } of desk.overview().balances)
		if (available + locked > held) throw new Broken(`${available} available, ${locked} locked`);
}

const bundles: Target = {
	name: "wallet/desk",
	weight: 40,
	memory: serverMemory,
	open: async () => {
		const { ann, bob, close } = await openDesks();
		const made = expectValue(
			await bob.ask({
				asset: assetOf(bob).id,
				amount: 300n,
				memo: "tea",
				relay: "wss://relay.example",
				documents: [note],
				wants: [note.mediaType],
			}),
		);
		const shown = expectValue(await ann.take(made.bundle));
		if (shown.kind !== "request") throw new Error("a request is shown");
		const { bundle, attempt } = expectValue(await ann.pay(shown.request.digest, 300n, { documents: [note] }));
		const contact = expectValue(await ann.recover(attempt.id));
		return {
			seeds: [made.bundle, bundle, contact.bundle],
			form: "items",
			run: async (input) => {
				const taken = await ann.take(input);
				const proven = ann.readReceipt(input);
				if (!isRefusal(proven) && proven.attempt !== attempt.id) throw new Broken("a payment of nobody");
				mustHoldNoMore(ann);
				return outcomeOf(taken);
			},
			close,
		};
	},
};

const texts: Target = {
	name: "wallet/desk texts",
	weight: 20,
	memory: serverMemory,
	open: async () => {
		const { ann, close } = await openDesks();
		const seeds = ["", "2027-01-15", assetOf(ann).id, "00".repeat(32), `${"00".repeat(32)}/JPY`];
		return {
			seeds: seeds.map((text) => Uint8Array.from(Buffer.from(text))),
			form: "text",
			run: async (input) => {
				const text = Buffer.from(input).toString("utf8");
				const made = await ann.ask({ asset: text, amount: 1n });
				for (const act of ["recover", "cancel", "sendBack", "resolve", "askRefund"] as const)
					if (!isRefusal(await ann[act](text))) throw new Broken("a payment that nobody made");
				for (const answer of [ann.receipt(text), ann.documents(text), await ann.refunds.ask(text)])
					if (!isRefusal(answer)) throw new Broken("a payment that nobody made");
				const payee = { role: "holder", class: text, merchantCategory: null, region: text } as const;
				const supposed = { amount: 1n, payee, purpose: text };
				for (const naming of [{ asset: text }, { asset: assetOf(ann).id, certifiedBy: text }]) {
					const said = ann.wouldAccept({ ...supposed, ...naming });
					if (!isRefusal(said) && said.payable > 1n) throw new Broken("more than was asked about");
				}
				if ((await ann.history({ text, limit: 2 })).entries.length > 1)
					throw new Broken("more than happened");
				await ann.historyFile({ text });
				if ((await ann.till.day(text)).totals.length > 0) throw new Broken("sales of nobody");
				const tokens = ann.holdings(text);
				if (!isRefusal(tokens) && text !== assetOf(ann).id && tokens.length > 0)
					throw new Broken("tokens of another asset");
				mustHoldNoMore(ann);
				return outcomeOf(made);
			},
			close,
		};
	},
};

export const deskTargets: readonly Target[] = [bundles, texts];
