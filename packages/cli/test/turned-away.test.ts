/** What the command says when an operator has too much to do: where the money is, and when to ask again. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import {
	type ClientRules,
	type Operator,
	type RunningServer,
	startServer,
	usualDoor,
} from "@tenten/operator";
import { fromHex } from "@tenten/protocol";
import { createIssuer, openIssuer, usualWindows } from "../src/server/issuer.ts";
import { random } from "../src/surroundings.ts";
import { must } from "./support/hand-over-process.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());

/** The same operator at the same address, with another door. */
type Serving = { readonly door?: typeof usualDoor; readonly clients?: ClientRules };

function serve(operator: Operator, port: number, serving: Serving): Promise<RunningServer> {
	const log = { info: () => undefined, error: () => undefined };
	return startServer({ operator, port, log, ...serving });
}

test("an order that is turned away is safe and kept; recover says when, and has it carried out once", async () => {
	const folder = join(shell.folder, "bank");
	const assets = [{ code: "JPY", scale: 0, name: "yen", ...usualWindows }];
	const unlock = { kind: "device", key: random(32) } as const;
	await createIssuer(folder, { name: "Bank", assets, port: 0 }, unlock);
	const issuer = must(await openIssuer(folder, unlock));
	const { operator } = issuer;
	const shut = { ...usualDoor, most: 0, least: 0 };
	const open = await serve(operator, 0, {});
	const port = Number(new URL(open.url).port);
	await shell.well("wallet", "init");
	const { account } = await shell.well("wallet", "join", open.url);
	await operator.deposit(random(32), fromHex(account) ?? random(32), "JPY", 1_000n);
	await open.close();
	const first = await serve(operator, port, { door: shut });

	const topUp = await shell.tenten("wallet", "topup", "300");
	const { code, fundsState, nextAction, again_s } = topUp.json;
	assert.deepEqual([topUp.status, code, fundsState, again_s], [1, "overloaded", "safe", 1]);
	assert.match(
		topUp.stderr,
		/too much to do just now, and has done nothing. The money is safe: the order is kept/,
	);
	assert.match(nextAction, /wallet recover, in 1 s or later$/);
	await first.close();

	const seldom = { perSecond: 0.01, burst: 1 };
	const rates = { value: seldom, reading: { perSecond: 100, burst: 100 }, management: seldom };
	const second = await serve(operator, port, { clients: { rates, trustedProxies: [] } });
	await (await fetch(`${second.url}/v1/claims`, { method: "POST" })).arrayBuffer();
	const recover = await shell.tenten("wallet", "recover");
	assert.deepEqual([recover.status, recover.json.orders, recover.json.settled], [1, 1, 0]);
	assert.match(recover.stderr, /asked too often/);
	assert.match(recover.json.nextAction, /wallet recover, in (9[0-9]|100) s or later$/);
	await second.close();

	const third = await serve(operator, port, {});
	const recovered = await shell.well("wallet", "recover");
	assert.deepEqual([recovered.orders, recovered.settled], [0, 1]);
	const { balances } = await shell.well("wallet", "balance");
	assert.deepEqual([balances[0].available, balances[0].account], [300, 700]);
	await third.close();
	await issuer.close();
});
