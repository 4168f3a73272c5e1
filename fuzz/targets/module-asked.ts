/**
 * A payer's module that a stranger asks for money: any request, with or without an invoice, half of them signed
 * again by the attacker who asks.
 *
 * What must hold: nothing is thrown; what opens was signed, encodes to what it came as, and its digest is that of
 * its body; the tokens that would pay it are free ones of its asset, and the others have their reasons; paying it
 * moves no more than what was consented to; and where paying is refused nothing was written.
 */
import {
	type Bytes,
	isRefusal,
	requestDigest,
	requestPayload,
	sameAsset,
	serialize,
	serializeMessage,
	signedRequest,
	toHex,
} from "@tenten/protocol";
import type { OpenedRequest, SecureModule } from "../../packages/module/src/index.ts";
import type { Holder } from "../../packages/module/test/support/world.ts";
import {
	createEcosystem,
	type Ecosystem,
	enrolHolder,
} from "../../packages/operator/test/support/ecosystem.ts";
import { letter } from "../../packages/protocol/test/handover/support/stages.ts";
import { decodeBundle, encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import { serverMemory } from "../memory.ts";
import { Broken, mustBeSame, type Outcome, type Target } from "../target.ts";
import { askedBy, countingStore, enrolledModule, openModule, worthOf } from "./module.ts";
import { signAgain } from "./sign-again.ts";

/** Requests as the attacker's wallet would make them: in both modes, open and static, narrow, for an exchange. */
async function requests({ world }: Ecosystem, attacker: Holder): Promise<readonly Bytes[]> {
	const { manifest } = letter("an invoice");
	const body = { ...askedBy(attacker, world), memo: "本" };
	const changes = [
		{},
		{ mode: "direct", amount: 450n },
		{ mode: "direct", isStatic: true, amount: 0n },
		{ purpose: "fare", documentKey: world.random() },
		{ mode: "exchange", against: { asset: world.otherAsset, amount: 5n } },
		{ amount: 600n },
	] as const;
	const made: Bytes[] = [];
	for (const change of changes) {
		const asked = { ...body, ...change, nonce: world.random() };
		const signature = await attacker.signer.sign("request", requestPayload(asked));
		const request = { body: asked, signature };
		made.push(
			encodeBundle([serializeMessage({ kind: "request", request, invoice: null })]),
			encodeBundle([serializeMessage({ kind: "request", request, invoice: manifest })]),
		);
	}
	return made;
}

/** Pays what was asked, as one who consents to anything. */
async function paid(module: SecureModule, opened: OpenedRequest, commits: () => number): Promise<Outcome> {
	const { encoded, request } = opened;
	mustBeSame(serialize(signedRequest, request.signed), encoded);
	mustBeSame(requestDigest(requestPayload(request.body)), request.digest);
	const amount = request.body.amount === 0n ? 50n : request.body.amount;
	const usable = module.candidates(encoded, amount);
	const reasons = module.objections(encoded, amount);
	if (isRefusal(usable)) return usable.code;
	if (isRefusal(reasons)) throw new Broken("candidates and no objections");
	const free = new Set(
		module.tokens().flatMap(({ output, heldBy }) => (heldBy === null ? [toHex(output)] : [])),
	);
	if (usable.some(({ output, asset }) => !free.has(toHex(output)) || !sameAsset(asset, request.body.asset)))
		throw new Broken("a token that is not to be spent was offered");
	const consent = { request: request.digest, payee: request.payee.hash, amount };
	const before = worthOf(module);
	const enough = usable.find((token) => token.amount >= amount);
	const inputs = (enough === undefined ? usable : [enough]).map(({ output }) => output);
	const result = await module.pay({ request: encoded, consent, inputs });
	if (isRefusal(result)) {
		if (commits() > 0) throw new Broken(`${result.code}, and written ${commits()} times`);
		return result.code;
	}
	if (worthOf(module) < before - amount) throw new Broken(`${before} became ${worthOf(module)}`);
	return "accepted";
}

export const askedTarget: Target = {
	name: "module/request of a peer",
	weight: 12,
	memory: serverMemory,
	open: async () => {
		const ecosystem = await createEcosystem({ seed: "fuzz-asked", offlineTotal: 10n ** 9n });
		const attacker = await enrolHolder(ecosystem);
		const first = await enrolledModule(ecosystem);
		const rows = await first.store.load();
		await first.module.close();
		let { store, commits } = countingStore(rows);
		let module = await openModule(store, ecosystem);
		return {
			seeds: await requests(ecosystem, attacker),
			form: "items",
			run: async (input) => {
				// By their bytes, so that an input does the same whenever it comes.
				const isSigned = (input.at(-1) ?? 0) % 2 === 0;
				const made = isSigned ? await signAgain(input, [attacker], ecosystem.world) : input;
				const bundle = decodeBundle(made);
				if (isRefusal(bundle)) return bundle.code;
				const opened = module.openRequest(bundle);
				if (isRefusal(opened)) return opened.code;
				const outcome = await paid(module, opened, commits);
				if (commits() > 0) {
					await module.close();
					({ store, commits } = countingStore(rows));
					module = await openModule(store, ecosystem);
				}
				return outcome;
			},
			close: async () => {
				await module.close();
				await ecosystem.operator.close();
			},
		};
	},
};
