/** Vectors of conditions and caveats: what forbids a link, which kinds are exempt, what falls off and what stays. */
import type {
	Against,
	Bytes,
	Caveat,
	Condition,
	Lock,
	VerifiedToken,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, type Draft, refuses } from "./drafts.ts";
import { encodeToken, forcedToken, linkOf, lockOf, passed } from "./payments.ts";
import {
	alice,
	bob,
	bytesOf,
	carol,
	densha,
	encodedList,
	issueTo,
	machi,
	now,
	ownerOf,
	type Person,
	personOf,
	points,
	shop,
	tickets,
	trust,
	yen,
} from "./world.ts";

const desk = trust.operator(densha.id)?.desk;
if (desk === undefined) throw new Error("no desk");
const densha2: Person = { ...alice, certificate: desk, encoded: desk.encoded };
const student = await personOf("student", "Ed25519", densha, {
	profile: { class: "student", region: "JP-27" },
});
const bare = await personOf("bare", "Ed25519", densha, { profile: { class: null } });

type LinkOptions = {
	readonly from?: Person;
	readonly purpose?: string | null;
	readonly amount?: bigint;
	readonly against?: Against | null;
	readonly lock?: Lock | null;
	readonly index?: number;
};

/** What a token becomes when it goes on, whatever the rules say. */
async function onward(input: VerifiedToken, to: Person, options: LinkOptions = {}): Promise<Bytes> {
	const {
		from = alice,
		purpose = null,
		amount = input.amount,
		against = null,
		lock = null,
		index = 0,
	} = options;
	const change = input.amount - amount;
	const outputs = [
		{ amount, owner: ownerOf(to, bytesOf("onward"), purpose), caveats: [] },
		...(change > 0n ? [{ amount: change, owner: ownerOf(from, bytesOf("change")), caveats: [] }] : []),
	];
	return forcedToken(await linkOf(input, from, outputs, { against, lock }), index);
}

let count = 0;
/** A token of alice under these rules. */
const under = (
	conditions: readonly Condition[],
	caveats: readonly Caveat[] = [],
	hopsUsed = 0,
): Promise<VerifiedToken> => issueTo(alice, 1000n, `under ${count++}`, { conditions, caveats, hopsUsed });

const none = { classes: null, merchantCategories: null, regions: null, operators: null, certificates: null };
const payees = (filter: Partial<typeof none> | object): Condition => ({ kind: "payees", ...none, ...filter });

/** A token that bob has from alice, so that alice is who had it before. */
const atBob = async (conditions: readonly Condition[]): Promise<VerifiedToken> =>
	passed(await under(conditions), alice, bob, "before");

async function ofTimes(): Promise<readonly Case[]> {
	const open: Condition = { kind: "notBefore", time: now };
	const refund: Condition = { kind: "expires", time: now + 100, atExpiry: "refund" };
	const burn: Condition = { kind: "expires", time: now + 100, atExpiry: "burn" };
	const [soon, ends, burns] = [await under([open]), await under([refund]), await under([burn])];
	const hop = await onward(soon, bob);
	const end = await onward(ends, bob);
	const further = await passed(await passed(ends, alice, bob, "a"), bob, carol, "b");
	return [
		accepts("notBefore: without now, no rule about time is judged", { token: hop }),
		accepts("notBefore: in its first second", { token: hop, now }),
		refuses("condition-not-before", "notBefore: a second early", { token: hop, now: now - 1 }),
		refuses("condition-not-before", "notBefore: change is bound too", {
			token: await onward(soon, alice),
			now: now - 1,
		}),
		refuses("condition-not-before", "notBefore: the operator is bound too", {
			token: await onward(soon, densha2),
			now: now - 1,
		}),
		accepts("notBefore: an issue has no link to judge", { token: encodeToken(soon), now: now - 1 }),
		accepts("expires: in its last second", { token: end, now: now + 99 }),
		refuses("condition-expired", "expires: in the second of its end", { token: end, now: now + 100 }),
		refuses("condition-expired", "expires with burn: the same", {
			token: await onward(burns, bob),
			now: now + 100,
		}),
		refuses("condition-expired", "expires: change is bound too", {
			token: await onward(ends, alice),
			now: now + 100,
		}),
		accepts("expires: a link to the operator is exempt", {
			token: await onward(ends, densha2),
			now: now + 100,
		}),
		accepts("expires: without now, a walk reads no clock", { token: encodeToken(further) }),
		refuses("condition-expired", "expires: the last of two links is judged", {
			token: encodeToken(further),
			now: now + 100,
		}),
	];
}

async function ofHops(): Promise<readonly Case[]> {
	const one: Condition = { kind: "hopLimit", hops: 1 };
	const zero = await under([{ kind: "hopLimit", hops: 0 }]);
	const used = await under([{ kind: "hopLimit", hops: 3 }], [], 3);
	const bobs = await atBob([one]);
	return [
		accepts("hopLimit: as many as allowed", { token: encodeToken(bobs) }),
		refuses("condition-hops", "hopLimit: one more", { token: await onward(bobs, carol, { from: bob }) }),
		refuses("condition-hops", "hopLimit zero: the first payment", { token: await onward(zero, bob) }),
		refuses("condition-hops", "hopLimit: hops before a refresh count", { token: await onward(used, bob) }),
		accepts("hopLimit: change counts nothing", { token: await onward(zero, alice) }),
		accepts("hopLimit: a return may exceed it by one", { token: await onward(bobs, alice, { from: bob }) }),
		refuses("condition-hops", "hopLimit: a locked link to the owner before is a payment", {
			token: await onward(bobs, alice, { from: bob, lock: lockOf("no return") }),
		}),
		accepts("hopLimit: the operator always takes it back", {
			token: await onward(bobs, densha2, { from: bob }),
		}),
	];
}

async function ofAmounts(): Promise<readonly Case[]> {
	const capped = await under([{ kind: "transferCap", amount: 600n }]);
	const bobs = await passed(await under([]), alice, bob, "uncapped", {
		caveats: [{ condition: { kind: "transferCap", amount: 600n }, liftedBy: null }],
	});
	return [
		accepts("transferCap: as much as allowed", { token: await onward(capped, bob, { amount: 600n }) }),
		refuses("condition-cap", "transferCap: one more", { token: await onward(capped, bob, { amount: 601n }) }),
		accepts("transferCap: the change of the same link is exempt", {
			token: await onward(capped, bob, { amount: 1n, index: 1 }),
		}),
		accepts("transferCap: a return is exempt", { token: await onward(bobs, alice, { from: bob }) }),
		accepts("transferCap: the operator is exempt", { token: await onward(capped, densha2) }),
	];
}

async function ofPayees(): Promise<readonly Case[]> {
	const shops = await under([payees({ classes: ["shop", "student"] })]);
	const food = await under([payees({ merchantCategories: [5411, 5412] })]);
	const tokyo = await under([payees({ regions: ["JP-13"] })]);
	const ours = await under([payees({ operators: [machi.id] })]);
	const named = await under([payees({ certificates: [bob.certificate.hash] })]);
	const both = await under([payees({ classes: ["shop"], regions: ["JP-27"] })]);
	const anyone = await under([payees({})]);
	const unnamed = await under([payees({ classes: [""] })]);
	const nowhere = await under([payees({ regions: [""] })]);
	return [
		accepts("payees: a class that is listed", { token: await onward(shops, student) }),
		refuses("condition-payee", "payees: a class that is not", { token: await onward(shops, bob) }),
		refuses("condition-payee", "payees: no class", { token: await onward(shops, bare) }),
		accepts("payees: a merchant category", { token: await onward(food, shop) }),
		refuses("condition-payee", "payees: no merchant category", { token: await onward(food, bob) }),
		accepts("payees: a region", { token: await onward(tokyo, shop) }),
		refuses("condition-payee", "payees: another region", { token: await onward(tokyo, student) }),
		accepts("payees: whose operator is listed", { token: await onward(ours, carol) }),
		refuses("condition-payee", "payees: of another operator", { token: await onward(ours, bob) }),
		accepts("payees: a certificate", { token: await onward(named, bob) }),
		refuses("condition-payee", "payees: another certificate", { token: await onward(named, shop) }),
		refuses("condition-payee", "payees: one list of two", { token: await onward(both, shop) }),
		refuses("condition-payee", "payees: no class is not an empty one", {
			token: await onward(unnamed, bare),
		}),
		refuses("condition-payee", "payees: no region is not an empty one", {
			token: await onward(nowhere, bare),
		}),
		accepts("payees: every list null binds nobody", { token: await onward(anyone, bare) }),
		accepts("payees: change is exempt", { token: await onward(shops, alice) }),
		accepts("payees: the operator is exempt", { token: await onward(shops, densha2) }),
		refuses("condition-payee", "payees: the desk of another operator is a payee like any", {
			token: await onward(shops, {
				...alice,
				certificate: trust.operator(machi.id)?.desk ?? alice.certificate,
			}),
		}),
	];
}

async function ofPurpose(): Promise<readonly Case[]> {
	const books = await under([{ kind: "purpose", purposes: ["books", "school"] }]);
	return [
		refuses("condition-purpose", "purpose: none is not an empty one", {
			token: await onward(await under([{ kind: "purpose", purposes: [""] }]), bob),
		}),
		accepts("purpose: one that is listed", { token: await onward(books, bob, { purpose: "school" }) }),
		refuses("condition-purpose", "purpose: another", {
			token: await onward(books, bob, { purpose: "food" }),
		}),
		refuses("condition-purpose", "purpose: none", { token: await onward(books, bob) }),
		accepts("purpose: change is exempt", { token: await onward(books, alice) }),
		accepts("purpose: the operator is exempt", { token: await onward(books, densha2) }),
	];
}

async function ofResale(): Promise<readonly Case[]> {
	const capped = await under([{ kind: "resaleCap", asset: tickets, amount: 2n }]);
	const pays = (against: Against | null): Promise<Bytes> => onward(capped, bob, { amount: 10n, against });
	return [
		accepts("resaleCap: at its cap", { token: await pays({ asset: tickets, amount: 20n }) }),
		refuses("condition-resale", "resaleCap: one more", {
			token: await pays({ asset: tickets, amount: 21n }),
		}),
		refuses("condition-resale", "resaleCap: in another asset", {
			token: await pays({ asset: points, amount: 1n }),
		}),
		refuses("condition-resale", "resaleCap: against nothing", { token: await pays(null) }),
		accepts("resaleCap: change is exempt", { token: await onward(capped, alice) }),
	];
}

async function ofCaveats(): Promise<readonly Case[]> {
	const onlyBooks: Caveat = { condition: { kind: "purpose", purposes: ["books"] }, liftedBy: "shop" };
	const issued = await under([], [onlyBooks]);
	const plain = await under([]);
	const given = await passed(plain, alice, bob, "given", { caveats: [onlyBooks] });
	const atShop = await passed(given, bob, shop, "shop");
	const returned = await passed(given, bob, alice, "returned");
	const many: Condition[] = Array.from({ length: 16 }, (_, i) => ({ kind: "notBefore", time: i }));
	const caveats = (n: number): Caveat[] =>
		many.slice(0, n).map((condition) => ({ condition, liftedBy: null }));
	const full = await passed(await under(many), alice, bob, "full", { caveats: caveats(16) });
	return [
		accepts("a caveat of an issue binds: its purpose", {
			token: await onward(issued, bob, { purpose: "books" }),
		}),
		refuses("condition-purpose", "a caveat of an issue binds: another purpose", {
			token: await onward(issued, bob),
		}),
		accepts("a caveat is lifted by a payee of its class", { token: await onward(issued, shop) }),
		accepts("a caveat of a link binds whom it pays from the next link on", { token: encodeToken(given) }),
		refuses("condition-purpose", "a caveat of a link binds the next payment", {
			token: await onward(given, carol, { from: bob }),
		}),
		accepts("after it was lifted, a caveat is gone", { token: await onward(atShop, carol, { from: shop }) }),
		refuses("condition-purpose", "a return lifts nothing", { token: await onward(returned, carol) }),
		accepts("conditions come before caveats, in their order", {
			token: encodeToken(
				await passed(
					await under([{ kind: "transferCap", amount: 1000n }], [onlyBooks]),
					alice,
					bob,
					"order",
					{ purpose: "books", caveats: caveats(2) },
				),
			),
		}),
		accepts("16 conditions and 16 caveats", { token: encodeToken(full) }),
		refuses("too-many", "a seventeenth caveat that binds one output", {
			token: forcedToken(
				await linkOf(full, bob, [
					{ amount: 1000n, owner: ownerOf(carol, bytesOf("r")), caveats: caveats(1) },
				]),
			),
		}),
		refuses("condition-cap", "the first rule that forbids gives the code", {
			token: await onward(
				await under([
					{ kind: "transferCap", amount: 1n },
					{ kind: "purpose", purposes: ["books"] },
				]),
				bob,
			),
		}),
		refuses("condition-purpose", "in the other order, the other", {
			token: await onward(
				await under([
					{ kind: "purpose", purposes: ["books"] },
					{ kind: "transferCap", amount: 1n },
				]),
				bob,
			),
		}),
		accepts("against in the same asset says nothing by itself", {
			token: await onward(plain, bob, { against: { asset: yen, amount: 1n } }),
		}),
	];
}

export const conditions: Draft = {
	name: "conditions",
	comment:
		"Conditions and caveats on tokens: docs/spec/conditions.md. With now, the last link is judged as its payee does.",
	judge: "token",
	given: { trustList: encodedList },
	cases: [
		...(await ofTimes()),
		...(await ofHops()),
		...(await ofAmounts()),
		...(await ofPayees()),
		...(await ofPurpose()),
		...(await ofResale()),
		...(await ofCaveats()),
	],
};
