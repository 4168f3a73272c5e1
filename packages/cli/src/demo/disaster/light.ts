/** Seventy-two hours later the lights are on again: what waited is answered, what was lost comes back, and the books are counted. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import { equalBytes, isRefusal, Trust, toHex, verifyEvidence, verifyTrustList } from "@tenten/protocol";
import { readBackupFile } from "@tenten/wallet";
import { must } from "../../ecosystem.ts";
import type { Scene } from "../scenes.ts";
import type { Cast, Stage } from "./dark.ts";
import { Phone } from "./phone.ts";
import { passphrase } from "./service.ts";
import { byRoom, pay } from "./ways.ts";
import { answered } from "./world.ts";

const hours = 72;

/** Everything is started again, over what it had on its disk, and whoever waited is answered. */
export async function lightsOn({ world, cast }: Stage): Promise<Scene> {
	const { asset, say } = world;
	world.pass(hours - world.hours);
	await world.start();
	for (const { wallet } of awake(cast)) wallet.connect(world.id, world.client());
	say(
		`${hours} hours later operator, relay and gateway are started again, over what they had on their disks.`,
	);
	const settled = await cast.mika.wallet.settlePending();
	const waiting = (await cast.mika.wallet.module.pendingOrders()).length;
	say(
		`Mika's wallet asks again what it had asked, with the same bytes: the operator answers as it would have then, and Mika has her money, once.`,
	);
	const again = await pay(cast.aoi, cast.ren, { asset, amount: 10n }, byRoom(cast.ren, world.urls.relay));
	say(`Aoi tips Ren ${world.words(10n)} over the internet, as if nothing had been.`);
	const ok = settled === 1 && waiting === 0 && again.fundsState === "spent";
	return { scene: "lightsOn", ok, settled };
}

/** A lost phone: its money goes to the new one, by its owner's word that nothing was paid since the backup. */
export async function newPhone({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, folder, now } = world;
	const { content } = must(readBackupFile(cast.backup));
	const phone = await Phone.restore({ name: "Sora's new phone", folder, now }, content, passphrase);
	await phone.join(world.client(), world.id);
	const before = phone.holds(asset);
	const account = 200n;
	must((await phone.wallet.bringBack(true)) ?? null);
	const after = phone.holds(asset);
	cast.sora = phone;
	say(
		`Sora restores her backup on a new phone. Its old keys sign no payment any more: ${world.words(before.between)} are awaited until she says that nothing was paid since. She says so, and has ${world.words(after.available)} under new keys, with the ${world.words(account)} of her account.`,
	);
	const ok = before.available === 0n && after.available === before.between + account && after.between === 0n;
	return { scene: "newPhone", ok, awaited: before.between, back: after.available };
}

/** The second to redeem what was spent twice brings the proof. */
export async function convicted({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, folder, now } = world;
	const first = must(await cast.ren.wallet.redeem(asset));
	const second = must(await cast.mika.wallet.redeem(asset));
	const [evidence] = second.evidence;
	const list = must(await world.client().trustList());
	writeFileSync(join(folder, "case.cbor"), evidence ?? "");
	writeFileSync(join(folder, "trust-list.cbor"), list);
	const context = { verify, pinnedSigner: world.id, minimumVersion: 0, now: now() };
	const trust = new Trust(must(verifyTrustList(list, context)), verify);
	const proven = verifyEvidence(evidence ?? new Uint8Array(), trust);
	if (isRefusal(proven)) return { scene: "convicted", ok: false, code: proven.code };
	const own = cast.mallory.wallet.module.certificates()[0];
	const isRight = own !== undefined && equalBytes(proven.culprit.hash, own.hash);
	say(
		`Ren gives back ${world.words(first.credited)}, then Mika ${world.words(second.credited)}, and with it the second of Mallory's signatures: a fork. Mika is innocent and gets ${world.words(second.drawn)} of the reserve. The file convicts certificate ${toHex(proven.culprit.hash).slice(0, 16)}…, which is ${isRight ? "Mallory's" : "NOT Mallory's"}.`,
	);
	const ok = isRight && proven.kind === "fork" && second.drawn === 400n;
	return { scene: "convicted", ok, kind: proven.kind, drawn: second.drawn };
}

/** Every unit, counted twice: by the operator in its books, and by us in everybody's wallets. */
export async function reconciled({ world, cast }: Stage): Promise<Scene> {
	const { asset, say, words } = world;
	const told = answered(await world.management().totals());
	const books = told.find((each) => each.asset === asset.code);
	const book = (name: string): bigint => BigInt(books?.totals[name]?.value ?? "-1");
	const [issued, redeemed, outstanding] = [book("issued"), book("redeemed"), book("outstanding")];
	const refunded = book("refunded");
	const [deposited, held, drawn, debts] = [book("deposited"), book("held"), book("drawn"), book("debts")];
	const purses = awake(cast).map(({ name, wallet }) => ({ name, ...wallet.balance(asset) }));
	const between = purses.reduce(
		(sum, { locked, reserved, awaited }) => sum + locked + reserved + awaited,
		0n,
	);
	const inWallets = purses.reduce((sum, { available }) => sum + available, 0n);
	const inMeters = metered(cast);
	let onAccounts = 0n;
	for (const { wallet } of awake(cast)) onAccounts += must(await wallet.account(asset));
	say(`${purses.map(({ name, available }) => `${name} ${words(available)}`).join(", ")}.`);
	const meters = inMeters === 0n ? "" : ` + in a meter ${inMeters}`;
	const given = refunded === 0n ? "" : ` + paid of a meter ${refunded}`;
	say(`Issued ${issued} = redeemed ${redeemed}${given} + in wallets ${inWallets}${meters}`);
	say(
		`On accounts ${held} = paid in ${deposited} - issued ${issued} + redeemed ${redeemed + refunded} + of the reserve ${drawn}, which Mallory owes`,
	);
	const checks = {
		booksAgree: books?.broken.length === 0,
		nothingBetween: between === 0n,
		wallets: inWallets + inMeters === outstanding && issued === redeemed + refunded + inWallets + inMeters,
		accounts: onAccounts === held && held === deposited - issued + redeemed + refunded + drawn,
		reserve: drawn === debts,
	};
	const ok = Object.values(checks).every(Boolean);
	say(
		ok
			? "Counted in the wallets and in the books: every unit is there."
			: `The books do NOT agree: ${JSON.stringify(checks)}`,
	);
	const sums = { issued, redeemed, refunded, inWallets, inMeters, deposited, held, drawn, debts };
	return { scene: "reconciled", ok, ...sums, checks };
}

/** What a meter holds whose count nobody has signed, and which is not paid. Minor units. */
function metered({ charger, openMeter }: Cast): bigint {
	const meter = charger.wallet.meters.get(openMeter);
	return meter?.isOpen === true ? meter.held : 0n;
}

/** Whoever is there: the bike's battery may be dead. */
function awake({
	aoi,
	ren,
	mika,
	sora,
	mallory,
	owner,
	car,
	bike,
	scooter,
	charger,
}: Cast): readonly Phone[] {
	return [aoi, ren, mika, sora, mallory, owner, car, bike, scooter, charger].filter(({ isOn }) => isOn);
}
