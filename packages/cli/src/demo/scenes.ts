/** The scenes of the demo, each with what it proves. All of them play on one stage, one after another. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { verify } from "@tenten/module";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Totals,
	Trust,
	toHex,
	verifyEvidence,
	verifyTrustList,
} from "@tenten/protocol";
import { inProcessChannel, reasonWords } from "@tenten/wallet";
import { now } from "../surroundings.ts";
import { cuttable, PowerCut } from "./power-cut.ts";
import { type Actor, must, type Stage } from "./stage.ts";

/** Whether the scene went as promised, and what scripts may read of it. */
export type Scene = { readonly scene: string; readonly ok: boolean } & Readonly<Record<string, unknown>>;

export type Cast = { aoi: Actor; readonly ren: Actor; readonly mika: Actor; mallory: Actor };

/** Value goes on from hand to hand, in any amount, with the operator switched off. */
export async function handToHand(stage: Stage, { aoi, ren, mika }: Cast): Promise<Scene> {
	stage.say("The operator is switched off: its file is closed, and there is nobody to ask.");
	const steps = [
		[aoi, ren, 300n],
		[ren, mika, 120n],
		[mika, aoi, 7n],
	] as const;
	for (const [payer, payee, amount] of steps) {
		const start = performance.now();
		must(await stage.pay(payer, payee, "JPY", amount));
		const took = Math.max(1, Math.round(performance.now() - start));
		stage.say(
			`${payer.name} hands ${stage.words(amount)} to ${payee.name}, who may spend it at once (${took} ms).`,
		);
	}
	const holds = [aoi, ren, mika].map(({ wallet }) => wallet.balance(stage.asset("JPY")).available);
	stage.say(
		`Aoi holds ${stage.words(holds[0] ?? 0n)}, Ren ${stage.words(holds[1] ?? 0n)}, Mika ${stage.words(holds[2] ?? 0n)}.`,
	);
	return { scene: "handToHand", ok: holds.join() === "707,180,113", holds };
}

/** The power goes between reservation and release. One question afterwards, and both sides agree. */
export async function crash(stage: Stage, cast: Cast): Promise<Scene> {
	const { ren } = cast;
	const power = cuttable();
	await cast.aoi.wallet.close();
	const aoi = await stage.open("Aoi", power.wrap);
	const cutting = inProcessChannel(async (messages) => {
		const answers = await ren.wallet.handle(messages);
		power.cut();
		return answers;
	});
	stage.say(`Aoi pays Ren ${stage.words(200n)}. Ren has the reservation; at this moment Aoi's power fails.`);
	const died = await stage.pay(aoi, ren, "JPY", 200n, cutting).then(
		() => false,
		(error: unknown) => error instanceof PowerCut,
	);
	await aoi.store.close();
	cast.aoi = await stage.open("Aoi");
	const before = cast.aoi.wallet.balance(stage.asset("JPY"));
	stage.say(
		`Aoi's phone starts again. Its file says: ${stage.words(before.locked)} set aside (with the change), neither paid nor lost; Ren's says: ${stage.words(ren.wallet.balance(stage.asset("JPY")).reserved)} reserved.`,
	);
	const locked = cast.aoi.wallet.module.attempts().find(({ state }) => state === "locked");
	const channel = inProcessChannel(ren.wallet.handle);
	const fundsState = must(await cast.aoi.wallet.recover(locked?.attempt ?? new Uint8Array(), channel));
	const after = ren.wallet.balance(stage.asset("JPY"));
	stage.say(
		`They meet again. Aoi asks, Ren's wallet gives the same answer as before, and the payment ends: paid, once. Ren may spend ${stage.words(after.available)}.`,
	);
	return { scene: "crash", ok: died && fundsState === "spent" && after.reserved === 0n, died, fundsState };
}

/** Lunch money is for restaurants: a friend is refused before anything is signed, with the reason. */
export async function refusal(stage: Stage, { aoi, mika }: Cast): Promise<Scene> {
	const asset = stage.asset("LUNCH");
	const before = aoi.wallet.balance(asset).available;
	stage.say(
		`Aoi has ${stage.words(before, "LUNCH")}, which the operator issued for restaurants, and tries to give Mika 500.`,
	);
	const request = must(await mika.wallet.request({ asset, amount: 500n, memo: "Mika" }));
	const refused = await aoi.wallet.pay({ request: request.encoded }, inProcessChannel(mika.wallet.handle));
	const trust = must(aoi.wallet.module.trust);
	const reasons = must(aoi.wallet.module.objections(request.encoded, 500n));
	for (const reason of reasons) {
		const { en, ja } = reasonWords(reason, { trust, asset });
		stage.say(`Refused: ${en}\n         ${ja}`);
	}
	const after = aoi.wallet.balance(asset).available;
	stage.say(`Nothing was signed and nothing has moved: Aoi still has ${stage.words(after, "LUNCH")}.`);
	const code = isRefusal(refused) ? refused.code : null;
	return { scene: "refusal", ok: code === "condition-payee" && after === before, code };
}

/** Mallory's wallet exists twice and pays twice. Nobody can see that offline; the operator can prove it. */
export async function fork(stage: Stage, cast: Cast): Promise<Scene> {
	const { ren, mika } = cast;
	await cast.mallory.wallet.close();
	stage.copy("Mallory", "Mallory's copy");
	cast.mallory = await stage.open("Mallory");
	const copy = await stage.open("Mallory's copy");
	must(await stage.pay(cast.mallory, ren, "JPY", 400n));
	must(await stage.pay(copy, mika, "JPY", 400n));
	await copy.wallet.close();
	stage.say(
		"Mallory has copied her wallet, keys and all. She pays Ren 400 JPY with the one and Mika 400 JPY with the other:\nthe same token, twice. Offline, both look good.",
	);
	await stage.operatorOn();
	for (const { wallet } of [cast.aoi, ren, mika, cast.mallory])
		wallet.connect(stage.operator.id, stage.operator);
	stage.say("The operator is back.");
	const first = must(await ren.wallet.redeem(stage.asset("JPY")));
	stage.say(`Ren redeems first: ${stage.words(first.credited)} on the account.`);
	const second = must(await mika.wallet.redeem(stage.asset("JPY")));
	stage.say(
		`Mika redeems next: ${stage.words(second.credited)} for the honest part. Of Mallory's token the operator already has another link: a fork.\nMika is innocent and gets ${stage.words(second.drawn)} from the fork reserve; Mallory owes it.`,
	);
	return caseFile(stage, cast, second.evidence[0]);
}

/** The evidence convicts by the trust list alone, and nobody but the culprit. */
async function caseFile(stage: Stage, { mallory }: Cast, evidence: Bytes | undefined): Promise<Scene> {
	const list = must(await stage.operator.trustList());
	const files = {
		evidence: join(stage.folder, "case.cbor"),
		trustList: join(stage.folder, "trust-list.cbor"),
	};
	writeFileSync(files.evidence, evidence ?? "");
	writeFileSync(files.trustList, list);
	const context = { verify, pinnedSigner: stage.operator.id, minimumVersion: 0, now: now() };
	const trust = new Trust(must(verifyTrustList(list, context)), verify);
	const { kind, culprit } = must(verifyEvidence(evidence ?? new Uint8Array(), trust));
	const [own] = mallory.wallet.module.certificates();
	const isRight = own !== undefined && equalBytes(culprit.hash, own.hash);
	stage.say(
		`The case file (${evidence?.length} bytes) is checked with the trust list and nothing else: ${kind},\nagainst certificate ${toHex(culprit.hash).slice(0, 16)}…, which is ${isRight ? "Mallory's" : "NOT Mallory's"}. Anybody can check it.`,
	);
	return { scene: "fork", ok: isRight && kind === "fork", kind, culprit: toHex(culprit.hash), ...files };
}

/** Everybody redeems. Every unit that was ever issued is accounted for. */
export async function totals(stage: Stage, { aoi }: Cast): Promise<Scene> {
	must(await aoi.wallet.redeem(stage.asset("JPY")));
	const { totals: found, broken } = await stage.operator.audit("JPY");
	for (const line of totalLines(stage, found)) stage.say(line);
	const ok = broken.length === 0 && found.outstanding === 0n;
	stage.say(ok ? "Every book agrees, to the unit." : `The books do NOT agree: ${broken.join("; ")}`);
	return { scene: "totals", ok, ...found, broken };
}

function totalLines(
	stage: Stage,
	{ deposited, issued, redeemed, outstanding, held, drawn, debts }: Totals,
): readonly string[] {
	const [d, i, r, o, h] = [deposited, issued, redeemed, outstanding, held].map((minor) => stage.words(minor));
	return [
		`Came in from outside ${d}. Issued ${i} = redeemed ${r} + still in wallets ${o}.`,
		`On accounts ${h} = what came in, and ${stage.words(drawn)} that the fork reserve paid. Mallory owes ${stage.words(debts)}.`,
	];
}
