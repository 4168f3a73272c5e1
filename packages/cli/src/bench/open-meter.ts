/** A meter in memory, opened by the machines of both sides through their messages. */
import {
	type Bytes,
	type MeterContext,
	type MeterMessage,
	type MeterPayee,
	type MeterPayer,
	type MeterStep,
	meterRequestPayload,
	type PayeePolicy,
	parseMeterMessage,
	type Signer,
	stepMeterPayee,
	stepMeterPayer,
	type VerifiedMeterRequest,
	verifyMeterRequest,
} from "@tenten/protocol";
import { type Ecosystem, type Holder, issueTokens, must, random } from "../ecosystem.ts";

export type OpenMeter = {
	readonly payer: Extract<MeterPayer, { readonly kind: "open" }>;
	readonly payee: Extract<MeterPayee, { readonly kind: "open" }>;
	readonly context: MeterContext;
};

/** One minor unit for a thousand ticks. */
const perTicks = 1_000;

export async function openMeter(
	ecosystem: Ecosystem,
	ticks: number,
	policy: PayeePolicy,
): Promise<OpenMeter> {
	const { trust, now } = ecosystem;
	const context = { trust, now };
	const [alice, bob] = [await ecosystem.newHolder(), await ecosystem.newHolder()];
	const amount = BigInt(Math.ceil(ticks / perTicks));
	const drafts = [{ amount, owner: alice.certificate, request: random(32), conditions: [] }];
	const [token] = await issueTokens(ecosystem, drafts);
	if (token === undefined) throw new Error("one was issued");
	const request = await asked(ecosystem, bob, ticks);
	const plan = { request, input: { token, after: [] }, patience: 60 };

	const locked = await settled(
		stepMeterPayer({ kind: "idle" }, { kind: "start", plan, entropy: random(96) }, context),
		alice.signer,
		(state, signatures) => stepMeterPayer(state, { kind: "signed", signatures }, context),
	);
	const opening = { kind: "opened", message: said(locked, "open"), request, everOwned: () => false } as const;
	const reserved = await settled(
		stepMeterPayee({ kind: "idle" }, opening, policy, context),
		bob.signer,
		(state, signatures) => stepMeterPayee(state, { kind: "signed", signatures }, policy, context),
	);
	const answer = { message: said(reserved, "opened"), changeRequest: random(32), counts: new Map() };
	const released = stepMeterPayer(locked.state, { kind: "received", ...answer }, context);
	const release = { kind: "received", message: said(released, "release") } as const;
	const { state: payee } = stepMeterPayee(reserved.state, release, policy, context);
	const { state: payer } = released;
	if (payer.kind !== "open" || payee.kind !== "open") throw new Error("the meter did not open");
	return { payer, payee, context };
}

async function asked(
	{ trust, asset, now }: Ecosystem,
	{ signer, certificate }: Holder,
	ticks: number,
): Promise<VerifiedMeterRequest> {
	const body = {
		...{ certificate: certificate.encoded, asset, units: 1n, perTicks, ticks, until: now + 86_400 },
		...{ offer: random(32), nonce: random(32), purpose: null, issuedAt: now, expiresAt: now + 600 },
	};
	const signature = await signer.sign("meter-request", meterRequestPayload(body));
	return must(verifyMeterRequest({ body, signature }, trust));
}

/** The step to which one leads once what it asks for is signed. */
async function settled<S>(
	{ state, effects, refusal }: MeterStep<S>,
	signer: Signer,
	signed: (state: S, signatures: readonly Bytes[]) => MeterStep<S>,
): Promise<MeterStep<S>> {
	const [asks] = effects;
	if (asks?.kind !== "sign") throw new Error(`nothing to sign: ${refusal?.code}`);
	return signed(
		state,
		await Promise.all(asks.requests.map(({ type, payload }) => signer.sign(type, payload))),
	);
}

/** The message of this kind that a step sends. */
function said<K extends MeterMessage["kind"]>(
	{ effects, refusal }: MeterStep<unknown>,
	kind: K,
): Extract<MeterMessage, { readonly kind: K }> {
	const [sent] = effects.flatMap((effect) => (effect.kind === "send" ? [effect.frame] : []));
	if (sent === undefined) throw new Error(`no ${kind}: ${refusal?.code}`);
	const message = must(parseMeterMessage(sent));
	if (message.kind !== kind) throw new Error(`no ${kind}, but ${message.kind}`);
	return message as Extract<MeterMessage, { readonly kind: K }>;
}
