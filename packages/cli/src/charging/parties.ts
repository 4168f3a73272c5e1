/**
 * The parties of a charging replay: drivers who answer for cars, owners of sites who answer for chargers, and charging
 * companies between them.
 *
 *   driver ──account──▶ its company ──nets with──▶ the site's company ──account──▶ owner of the site
 *
 * A driver has its contract with one company and charges wherever it likes, so companies owe one another. Parties are in
 * the order of their names: who belongs to which company is the same in every run of a file.
 */
import { generateKey, signerFrom } from "@tenten/module";
import type { OwnAccount, PartyAccount } from "@tenten/operator";
import { type Bytes, keyId, type Signer, sha256, toHex, toUtf8 } from "@tenten/protocol";
import { madeUpIban } from "@tenten/sim";
import type { Session } from "./sessions.ts";

export type Rail = "iso" | "zengin";

export type Company = {
	readonly name: string;
	readonly id: Bytes;
	readonly rail: Rail;
	/** at its bank */
	readonly own: OwnAccount;
};

export type ResponsibleParty = {
	readonly name: string;
	readonly kind: "driver" | "site";
	/** the party's key: it delegates to its devices, and signs for those that are lost */
	readonly signer: Signer;
	/** its key's id: the party in records and statements */
	readonly id: Bytes;
	readonly company: Company;
	readonly account: PartyAccount;
};

export type Parties = {
	readonly companies: readonly Company[];
	readonly all: readonly ResponsibleParty[];
	readonly named: (name: string) => ResponsibleParty;
	/** by the party's id */
	readonly withId: (id: Bytes) => ResponsibleParty;
};

const companyNames = ["North", "South", "West"] as const;

/** `rails`: one for all companies, or both in turn. */
export function makeParties(sessions: readonly Session[], rails: readonly Rail[]): Parties {
	const companies = companyNames.map((name, at) => companyOf(name, at, rails[at % rails.length] as Rail));
	const names = (of: (session: Session) => string): readonly string[] =>
		[...new Set(sessions.map(of))].sort();
	const drivers = names(({ driver }) => driver);
	const sites = names(({ site }) => site);
	const all = [...drivers, ...sites].map((name, at) => {
		const kind = at < drivers.length ? "driver" : "site";
		const company = companies[at % companies.length] as Company;
		const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
		return {
			name,
			kind,
			signer,
			id: keyId(signer.key),
			company,
			account: accountOf(name, at, company),
		} as const;
	});
	const byName = new Map(all.map((party) => [party.name, party]));
	const byId = new Map(all.map((party) => [toHex(party.id), party]));
	return {
		companies,
		all,
		named: (name) => known(byName.get(name), name),
		withId: (id) => known(byId.get(toHex(id)), toHex(id)),
	};
}

function known<T>(found: T | undefined, what: string): T {
	if (found === undefined) throw new Error(`nobody is called ${what}`);
	return found;
}

function companyOf(name: string, at: number, rail: Rail): Company {
	const id = sha256(toUtf8(`charging company ${name}`));
	if (rail === "iso") {
		const account = { holder: `${name} Charging`, account: { iban: madeUpIban(900_000 + at) }, bic: null };
		return { name, id, rail, own: { rail: "iso20022", account, creditorId: `NO00ZZZ${900 + at}` } };
	}
	const account = { bank: "0001", branch: "001", kind: "ordinary", number: `${9_000_000 + at}` } as const;
	return {
		name,
		id,
		rail,
		own: {
			rail: "zengin",
			account: { ...account, holder: `ジュウデン ${at + 1}` },
			clientCode: `${1_000 + at}`,
			isBroken: at % 2 === 0,
		},
	};
}

/** Each has an account at a bank of the rail of its company. */
function accountOf(name: string, at: number, { rail }: Company): PartyAccount {
	if (rail === "zengin") {
		const account = { bank: "0005", branch: "001", kind: "ordinary", number: `${at + 1}` } as const;
		return { rail: "zengin", account: { ...account, holder: `トウジシャ ${at + 1}` } };
	}
	return {
		rail: "iso20022",
		account: {
			holder: name.replace(/[^A-Za-z0-9 -]/g, " "),
			account: { iban: madeUpIban(at) },
			bic: null,
		},
		mandate: { id: `MANDATE-${at + 1}`, signedOn: "2014-01-01" },
	};
}
