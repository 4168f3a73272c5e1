/** A credit that is moved and retired in part, coffee that is processed and shipped, and credentials: kept by the rules. */
import { statusKey } from "@tenten/protocol";
import { carbon, coffee, done, id, Keeper, start, traceOf } from "./keeper.ts";

export const project = "Reforestation 12, vintage 2025, serials 1 to 50000";

/** 50 t issued by one registry, 30 moved to another, and 12 of these retired there. */
export async function credits() {
	const [home, other] = [new Keeper("home.example/credits", 0x51), new Keeper("other.example/credits", 0x61)];
	const part = { asset: carbon, subject: project };
	const [made] = done(home.make({ ...part, amount: 50_000n }));
	const [, kept, sent] = done(
		home.divide(made, [
			{ ...part, amount: 20_000n },
			{ ...part, amount: 30_000n },
		]),
	) as [Uint8Array, Uint8Array, Uint8Array];
	done(home.move(sent, other));
	await home.seal(start);
	const moved = await home.show(sent);
	const [arrived] = done(other.take(moved, home));
	const [, retired, rest] = done(
		other.divide(arrived, [
			{ ...part, amount: 12_000n },
			{ ...part, amount: 18_000n },
		]),
	) as [Uint8Array, Uint8Array, Uint8Array];
	done(other.retire(retired, "Aoi Travel, flights of 2026"));
	await other.seal(start + 10);
	const certificate = await traceOf([home, made], [home, sent], [other, arrived], [other, retired]);
	return { home, other, made, kept, sent, moved, arrived, retired, rest, certificate };
}

/** Cherries to green coffee to a roaster: 820 of 1,000 kg are lost in the mill, 20 of 180 in the roaster. */
export async function beans() {
	const [farm, roaster] = [new Keeper("farm.example/lots", 0x91), new Keeper("roaster.example/lots", 0xa1)];
	const cherries = id(0xc1);
	const lot = { subject: "Finca Norte, harvest 2026, lot 7" };
	const [picked] = done(farm.make({ ...lot, asset: cherries, amount: 1_000n }));
	const [, green] = done(farm.divide(picked, [{ ...lot, asset: coffee, amount: 180n }], 820n)) as [
		Uint8Array,
		Uint8Array,
	];
	done(farm.move(green, roaster));
	await farm.seal(start);
	const [taken] = done(roaster.take(await farm.show(green), farm));
	const [, roasted] = done(roaster.divide(taken, [{ ...lot, asset: coffee, amount: 160n }], 20n)) as [
		Uint8Array,
		Uint8Array,
	];
	await roaster.seal(start + 10);
	const trace = await traceOf([farm, picked], [farm, green], [roaster, taken], [roaster, roasted]);
	return { farm, roaster, cherries, picked, green, taken, roasted, trace };
}

export const [credential, other, salt] = [id(0x01), id(0x02), id(0x05)];

/** Three seals: valid, suspended, revoked; another credential stays valid. */
export async function statuses() {
	const issuer = new Keeper("issuer.example/status", 0xb1);
	for (const [place, status] of (["valid", "suspended", "revoked"] as const).entries()) {
		issuer.setStatus(credential, salt, status, start + 100 * place);
		issuer.setStatus(other, salt, "valid", start);
		await issuer.seal(start + 100 * place);
	}
	return { issuer, key: statusKey(credential, salt), otherKey: statusKey(other, salt) };
}
