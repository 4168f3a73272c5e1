/**
 * An ecosystem of the account rail as whoever runs its parties writes it down: one JSON file for all of them, and the
 * address of each.
 */
import { z } from "@hono/zod-openapi";
import { fromHex, type PublicKey } from "@tenten/protocol";
import type { RailEcosystem } from "./ecosystem.ts";

const name = z.string().regex(/^[\x21-\x7e]{1,64}$/);
const minor = z
	.string()
	.regex(/^[0-9]{1,18}$/)
	.transform(BigInt);
const publicKey = z
	.string()
	.regex(/^[0-9a-f]{64}$/)
	.transform((text): PublicKey => ({ suite: "Ed25519", bytes: fromHex(text) ?? new Uint8Array(32) }));
const wait = z.int().min(1).max(86_400_000);

const settings = z.strictObject({
	asset: z.string().regex(/^[A-Z0-9]{1,16}$/),
	addresses: z.record(name, z.url({ protocol: /^https?$/ })),
	payers: z.record(
		name,
		z.strictObject({ system: name, ledger: name, app: name, mayPay: z.boolean(), begins: minor }),
	),
	payees: z.record(
		name,
		z.strictObject({
			system: name,
			ledger: name,
			app: name,
			mayReceive: z.boolean(),
			most: minor.nullable(),
		}),
	),
	exchanges: z.record(name, z.strictObject({ isGateway: z.boolean(), patience_ms: wait })).default({}),
	hub: name.nullable(),
	keys: z.record(name, publicKey),
	rulingKey: publicKey.nullable(),
	keepDays: z.int().min(2).max(36_500).default(90),
	times: z.strictObject({
		timeout_ms: wait,
		showing_ms: wait,
		answer_ms: wait,
		patience_ms: wait,
		permit_ms: wait,
	}),
});

export type RailSettings = RailEcosystem & {
	/** code of the asset */
	readonly asset: string;
	/** for which a payment is kept after its end: longer than a permit is good */
	readonly keepDays: number;
	/** apps that exchange tokens for money on an account, and back; their accounts may be payers' and payees' */
	readonly exchanges: Readonly<Record<string, ExchangeSettings>>;
	/** of every party, by name, without a slash at its end */
	readonly addresses: Readonly<Record<string, string>>;
};

type ExchangeSettings = {
	/** takes part in exchanges that others begin */
	readonly isGateway: boolean;
	/** milliseconds for which it keeps tokens locked before it gives up, unless it has decided */
	readonly patience_ms: number;
};

/** A name that stands for two parts: only one of them would run, and what the other is told would be refused. */
function playingTwo({ payers, payees, hub, exchanges }: Omit<RailSettings, "addresses">): string | undefined {
	const [paying, paid] = [Object.values(payers), Object.values(payees)];
	const exchanging = [...paying, ...paid].map(({ app }) => app).filter((app) => app in exchanges);
	const parts = [
		exchanging,
		...[paying, paid].flatMap((side) => [
			side.map(({ app }) => app).filter((app) => !(app in exchanges)),
			side.map(({ system }) => system),
			side.map(({ ledger }) => ledger),
		]),
		hub === null ? [] : [hub],
	].map((names) => new Set(names));
	const all = parts.flatMap((names) => [...names]);
	return all.find((each, place) => all.indexOf(each) !== place);
}

function appsOf({ payers, payees }: RailEcosystem): ReadonlySet<string> {
	return new Set([...Object.values(payers), ...Object.values(payees)].map(({ app }) => app));
}

/** What a file says, or in words what is wrong with it. */
export function readRailSettings(text: string): RailSettings | string {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return "is no JSON";
	}
	const read = settings.safeParse(json);
	if (!read.success) return z.prettifyError(read.error);
	const { addresses, ...rest } = read.data;
	const doubled = playingTwo(rest);
	const idle = Object.keys(rest.exchanges).find((app) => !appsOf(rest).has(app));
	if (idle !== undefined) return `${idle} exchanges for no account: it is the app of none`;
	if (doubled !== undefined) return `${doubled} plays two parts: a party is one machine`;
	const trimmed = Object.entries(addresses).map(([party, url]) => [party, url.replace(/\/+$/, "")]);
	return { ...rest, addresses: Object.fromEntries(trimmed) };
}
