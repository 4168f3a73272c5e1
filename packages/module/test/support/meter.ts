/** Meters for tests: opened and closed by links that were really signed, by whom the test says. */
import {
	type Bytes,
	type Chains,
	chainsFrom,
	type DraftOutput,
	extendToken,
	finalCountPayload,
	isRefusal,
	type LinkDraft,
	lockHash,
	type Meter,
	type MeterTerms,
	meterId,
	type Owner,
	partsOf,
	type Refusal,
	releaseToken,
	type VerifiedToken,
} from "@tenten/protocol";
import { expectValue, type Holder, type SignedLink, signLink, type World } from "./world.ts";

export type TestMeter = {
	/** ends in the metered output */
	readonly token: VerifiedToken;
	readonly meter: Meter;
	readonly chains: Chains;
	readonly change: VerifiedToken | null;
	readonly payer: Holder;
	readonly payee: Holder;
};

export type MeterOptions = Partial<Omit<MeterTerms, "payee" | "offer">> & {
	/** minor units that it holds; what its ticks come to where left out */
	readonly amount?: bigint;
	readonly purpose?: string | null;
	readonly released?: boolean;
	/** ticks that the chains really have; those of the terms where left out */
	readonly chained?: number;
};

/** Ten yen for four ticks, a hundred ticks at most, for two days, where the options say nothing else. */
export function termsOf(
	world: World,
	payee: Holder,
	options: MeterOptions = {},
): Omit<MeterTerms, "anchors"> {
	const { units = 10n, perTicks = 4, ticks = 100, until = world.now + 2 * 86_400 } = options;
	return { payee: payee.certificate.hash, units, perTicks, ticks, until, offer: world.random() };
}

/** A meter that `payer` opened for `payee`, or why it may not be. */
export async function tryToOpen(
	world: World,
	token: VerifiedToken,
	payer: Holder,
	payee: Holder,
	options: MeterOptions = {},
): Promise<TestMeter | Refusal> {
	const said = termsOf(world, payee, options);
	const own = { purpose: options.purpose ?? null, request: world.random() };
	const id = meterId(token.outputId, { certificate: payer.certificate.hash, ...own }, said);
	const chains = chainsFrom(id, world.random(), options.chained ?? said.ticks);
	const terms = { ...said, anchors: options.anchors ?? chains.anchors() };
	const meter: Meter = { id, terms, payee: payee.certificate };
	const amount = options.amount ?? (BigInt(said.ticks) * said.units) / BigInt(said.perTicks);
	const release = world.random();
	const owner = (holder: Holder, more: Partial<Owner>): Owner => {
		return { certificate: holder.certificate, purpose: null, request: world.random(), ...more };
	};
	const rest: DraftOutput[] =
		amount < token.amount ? [{ amount: token.amount - amount, owner: owner(payer, {}), caveats: [] }] : [];
	const signed = await signLink(token, payer, {
		outputs: [{ amount, owner: owner(payer, { ...own, meter }), caveats: [] }, ...rest],
		lock: { payeeDecides: false, hash: lockHash(release) },
	});
	const opened = extendToken(signed.link, signed.signature, 0);
	if (isRefusal(opened)) return opened;
	const isReleased = options.released !== false;
	const change = rest.length === 0 ? null : expectValue(extendToken(signed.link, signed.signature, 1));
	return {
		token: isReleased ? expectValue(releaseToken(opened, release)) : opened,
		change: change && (isReleased ? expectValue(releaseToken(change, release)) : change),
		meter,
		chains,
		payer,
		payee,
	};
}

export async function openMeter(...parameters: Parameters<typeof tryToOpen>): Promise<TestMeter> {
	return expectValue(await tryToOpen(...parameters));
}

/** The payee's word on how many ticks there were. */
export function signCount({ token }: TestMeter, payee: Holder, ticks: number): Promise<Bytes> {
	return payee.signer.sign("final-count", finalCountPayload(token.outputId, ticks));
}

/** The Close at this count, signed by both. `spent`: what it counts, where a device is the payer. */
export async function signClose(
	world: World,
	opened: TestMeter,
	ticks: number,
	spent: LinkDraft["spent"] = null,
): Promise<SignedLink> {
	const { token, meter, payer, payee } = opened;
	const { due, rest } = partsOf(token, meter, ticks);
	const { purpose, request } = token.owner;
	const parts: DraftOutput[] = [
		{ amount: due, owner: { certificate: payee.certificate, purpose, request }, caveats: [] },
		{
			amount: rest,
			owner: { certificate: payer.certificate, purpose: null, request: world.random() },
			caveats: [],
		},
	];
	return signLink(token, payer, {
		outputs: parts.filter(({ amount }) => amount > 0n),
		data: { ticks, signature: await signCount(opened, payee, ticks) },
		spent,
	});
}

export type Closed = { readonly paid: VerifiedToken | null; readonly rest: VerifiedToken | null };

export async function closeMeter(...parameters: Parameters<typeof signClose>): Promise<Closed> {
	const [, opened, ticks] = parameters;
	const { link, signature } = await signClose(...parameters);
	const tokens = link.body.outputs.map((_, index) => expectValue(extendToken(link, signature, index)));
	const { due } = partsOf(opened.token, opened.meter, ticks);
	const [first = null, second = null] = tokens;
	return due > 0n ? { paid: first, rest: second } : { paid: null, rest: first };
}
