/**
 * Modules with meters that strangers talk to: any bundle to a payee that asked for one, that is paid by one and that
 * has counted, and to a payer that opens one and whose meter runs; and any answer to what an operator is asked.
 *
 * What must hold: nothing is thrown; what answers is a bundle that reads; a module never holds more than it had and its
 * meter may bring; and what was accepted is what opens again.
 */
import type { SecureModule } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	isTick,
	parseMeterMessage,
	readMeterBundle,
	readTick,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import { day, expectValue } from "../../packages/module/test/support/world.ts";
import { createEcosystem, type Ecosystem } from "../../packages/operator/test/support/ecosystem.ts";
import { decodeBundle, encodeBundle } from "../../packages/wallet/src/transport/bundle.ts";
import { serverMemory } from "../memory.ts";
import { Broken, limit_us, type Outcome, type Target } from "../target.ts";
import { countingStore, enrolledModule, openModule, worthOf } from "./module.ts";

const takesAll = { consider: async () => ({}) };

/** A module at one moment of its meter. */
type Scene = {
	readonly ecosystem: Ecosystem;
	/** unix seconds, by its clock */
	readonly at: number;
	readonly rows: ReadonlyMap<string, Bytes>;
	/** minor units: what it may hold at most */
	readonly most: bigint;
};

type Made = { readonly scenes: readonly Scene[]; readonly seeds: readonly Bytes[] };

/** A meter of 100 yen for 40 ticks from its request to its Close, and who is at which step of it. */
async function running(ecosystem: Ecosystem): Promise<Made> {
	const { world, clock } = ecosystem;
	const [payer, payee] = [await enrolledModule(ecosystem), await enrolledModule(ecosystem)];
	const scenes: Scene[] = [];
	const seeds: Bytes[] = [];
	const at = async (who: typeof payer, brings: bigint): Promise<void> => {
		const most = worthOf(who.module) + brings;
		scenes.push({ ecosystem, at: clock.now, rows: await who.store.load(), most });
	};
	const says = (bundle: readonly Bytes[]): readonly Bytes[] => {
		if (bundle.length > 0) seeds.push(encodeBundle(bundle));
		return bundle;
	};
	const until = clock.now + 2 * day;
	const terms = { asset: world.asset, units: 10n, perTicks: 4, ticks: 40, until, keepEvery: 2 };
	const request = expectValue(await payee.module.meters.request(terms));
	says(request.messages);
	await at(payee, 100n);
	const { body, digest, payee: own } = expectValue(payer.module.meters.readRequest(request.encoded));
	const consent = { request: digest, payee: own.hash, amount: (body.units * 40n) / 4n };
	const [input] = expectValue(payer.module.meters.candidates(request.encoded));
	const opening = { request: request.encoded, consent, input: (input as { output: Bytes }).output };
	const { meter, messages } = expectValue(await payer.module.meters.open(opening));
	await at(payer, 0n);
	const reserved = says(await payee.module.handle(says(messages), takesAll));
	const released = says(await payer.module.handle(reserved, takesAll));
	await payee.module.handle(released, takesAll);
	await at(payer, 100n);
	for (let tick = 0; tick < 5; tick++)
		await payee.module.handle(
			says(writeMeterBundle(meter, [expectValue(payer.module.meters.tick(meter))])),
			takesAll,
		);
	await at(payee, 100n);
	says(expectValue(await payee.module.meters.contact(meter)));
	const counted = says(
		await payee.module.handle(says(expectValue(await payer.module.meters.close(meter))), takesAll),
	);
	await at(payee, 100n);
	says(await payee.module.handle(says(await payer.module.handle(counted, takesAll)), takesAll));
	return { scenes, seeds };
}

type Listener = {
	readonly tell: (input: Bytes) => Promise<Outcome>;
	readonly close: () => Promise<void>;
};

/** The module of a scene, which hears what an input says, and then is as it was before. */
async function listening({ ecosystem, at, rows, most }: Scene): Promise<Listener> {
	const open = () => openModule(store, { ...ecosystem, clock: { now: at } });
	let { store, commits } = countingStore(rows);
	let module = await open();
	const tell = async (input: Bytes): Promise<Outcome> => {
		const bundle = decodeBundle(input);
		if (isRefusal(bundle)) return bundle.code;
		const before = statesOf(module);
		const request = module.meters.requestIn(bundle);
		if (!isRefusal(request)) module.meters.readRequest(request);
		const answers = await module.handle(bundle, takesAll);
		if (readMeterBundle(bundle) !== undefined) mustRead(answers);
		const [after, worth] = [statesOf(module), worthOf(module)];
		if (worth > most) throw new Broken(`holds ${worth} of ${most}`);
		if (commits() === 0 && before === after && isRefusal(request)) return "silence";
		await module.close();
		if (commits() > 0) {
			module = await open();
			if (worthOf(module) !== worth) throw new Broken(`held ${worth}, and opens with ${worthOf(module)}`);
			await module.close();
		}
		({ store, commits } = countingStore(rows));
		module = await open();
		return "accepted";
	};
	return { tell, close: () => module.close() };
}

function statesOf(module: SecureModule): string {
	return module.meters
		.list()
		.map(({ meter, side, state, ticks }) => `${side} ${toHex(meter).slice(0, 8)} ${state} ${ticks}`)
		.join(", ");
}

function mustRead(answers: readonly Bytes[]): void {
	if (answers.length === 0) return;
	const bundle = readMeterBundle(answers);
	if (bundle === undefined) throw new Broken("answers of no meter");
	for (const frame of bundle.frames)
		if (isRefusal(isTick(frame) ? readTick(frame) : parseMeterMessage(frame)))
			throw new Broken("answers what nobody can read");
}

const conversation: Target = {
	name: "module/bundle of a meter",
	weight: 20,
	// An input is said to five modules.
	limit_us: 5 * limit_us,
	memory: serverMemory,
	open: async () => {
		const ecosystem = await createEcosystem({ seed: "fuzz-metered", offlineTotal: 10n ** 9n });
		const { scenes, seeds } = await running(ecosystem);
		const listeners = await Promise.all(scenes.map(listening));
		return {
			seeds,
			form: "items",
			run: async (input) => {
				const outcomes: Outcome[] = [];
				for (const { tell } of listeners) outcomes.push(await tell(input));
				return outcomes.includes("accepted") ? "accepted" : (outcomes[0] as Outcome);
			},
			close: async () => {
				for (const { close } of listeners) await close();
				await ecosystem.operator.close();
			},
		};
	},
};

export const moduleMeterTargets: readonly Target[] = [conversation];
