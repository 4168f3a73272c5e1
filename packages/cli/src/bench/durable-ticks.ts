/** Ticks between two modules that keep their rows on disk, each on its own SQLite file: how often either syncs. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { writeMeterBundle } from "@tenten/protocol";
import { inProcessChannel, sqliteStore } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import { type Home, openPair } from "./pair.ts";

export type DurableTicks = {
	/** commits while it was ticked, a disk sync each */
	readonly payer: number;
	readonly payee: number;
	/** both sides together, a tick */
	readonly each_s: number;
};

type CountedHome = Home & { commits: number };

function countedHome(file: string): CountedHome {
	const store = must(sqliteStore(file));
	const home: CountedHome = {
		commits: 0,
		unlock: { kind: "device", key: random(32) },
		store: {
			...store,
			commit: (writes) => {
				home.commits++;
				return store.commit(writes);
			},
		},
	};
	return home;
}

/** One tick a bundle, as it would come over a channel. */
export async function durableTicks(ticks: number, keepEvery: number): Promise<DurableTicks> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-bench-"));
	const homes = [countedHome(join(folder, "payer")), countedHome(join(folder, "payee"))] as const;
	const pair = await openPair("Ed25519", homes);
	try {
		const [payer, payee] = pair.wallets;
		await pair.draw(BigInt(ticks), 1);
		const until = pair.now() + 86_400;
		const price = { asset: pair.asset, units: 1n, perTicks: 1_000, ticks, until, step: 1, keepEvery };
		const { encoded: request } = must(await payee.meters.request(price));
		const { meter } = must(await payer.meters.open({ request }, inProcessChannel(payee.handle)));
		const [payers, payees] = homes.map(({ commits }) => commits) as [number, number];
		const from_ms = performance.now();
		for (let i = 0; i < ticks; i++)
			await payee.handle(writeMeterBundle(meter, [must(payer.module.meters.tick(meter))]));
		const each_s = (performance.now() - from_ms) / 1000 / ticks;
		if (payee.meters.get(meter)?.ticks !== ticks) throw new Error("a tick was lost");
		return { payer: homes[0].commits - payers, payee: homes[1].commits - payees, each_s };
	} finally {
		await pair.close();
		rmSync(folder, { recursive: true, force: true });
	}
}
