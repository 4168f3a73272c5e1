/** Bugs in what is kept: durability, restarts, backups, and what a module may spend. */
import type { Bug } from "../bug.ts";

const vault = "packages/module/src/vault.ts";
const sealed = "packages/module/src/sealed-state.ts";
const order = "packages/protocol/src/registry/holder-order.ts";
const ordering = "packages/module/src/ordering.ts";
const hostile = "test/hostile.test.ts";

export const keeping: readonly Bug[] = [
	{
		name: "set-aside-is-spendable",
		why: "a token that is set aside for one payment can be spent in another: with both releases an honest owner forks",
		promise: 3,
		edits: [
			{
				file: vault,
				find: `		if (row.heldBy !== null) return refuse("attempt-pending", "this token is set aside");\n`,
				put: "",
			},
		],
		test: { file: "test/cancel.test.ts", name: "cannot set one token aside for two payees" },
	},
	{
		name: "commit-not-awaited",
		why: "a commit counts as done before the store says so: what was said after it may be forgotten",
		promise: 7,
		edits: [
			{
				file: sealed,
				find: "			await this.#store.commit([...sealed, ...alongside, { key: headKey, value: sealedHead }]);",
				put: "			this.#store.commit([...sealed, ...alongside, { key: headKey, value: sealedHead }]).catch(() => undefined);",
			},
		],
		test: {
			file: "packages/module/test/sealed-state.test.ts",
			name: "… it was durable stops the state, and opening again shows which",
		},
	},
	{
		name: "goes-on-after-failed-commit",
		why: "a module goes on after a commit that failed: what it says next contradicts what may be durable",
		promise: 4,
		edits: [
			{
				file: sealed,
				find: "			this.#stopped = true;\n			throw error;",
				put: "			throw error;",
			},
		],
		test: {
			file: hostile,
			name: "… a write has become durable stops the module: nothing is said again until it is opened",
		},
	},
	{
		name: "rows-of-different-commits",
		why: "a row that was put back to an older version opens beside newer ones: what was spent is there again",
		promise: 1,
		edits: [
			{
				file: sealed,
				find: `	if (!equalBytes(found.digest, digest)) return refuse("state-damaged", "rows of different commits");\n`,
				put: "",
			},
		],
		test: { file: "packages/module/test/sealed-state.test.ts", name: "a row put back to an older version" },
	},
	{
		name: "restored-key-pays",
		why: "a module that was put back from a backup pays with what it had then: what it spent since is spent twice",
		promise: 3,
		edits: [
			{
				file: "packages/module/src/own-certificates.ts",
				find: "		return row !== undefined && row.since < commit;",
				put: "		return row !== undefined && row.since > commit;",
			},
		],
		test: {
			file: "test/backup.test.ts",
			name: "moves tokens and account to a new key, and the old key pays, asks and promises nothing again",
		},
		model: "two-phase rolled-back",
	},
	{
		name: "restored-key-moves",
		why: "a restored key redeems what it owns though nobody said that it was not paid since: an honest owner forks",
		promise: 5,
		edits: [
			{
				file: "packages/module/src/ordering.ts",
				find: "	return mayMove ? undefined : core.isSilenced(hash);",
				put: "	return mayMove || isToItself ? undefined : core.isSilenced(hash);",
			},
			{
				file: "packages/wallet/src/restoring.ts",
				find: "		const moved = nothingPaidSince ? await",
				put: "		const moved = nothingPaidSince || this.#asked.size >= 0 ? await",
			},
		],
		test: {
			file: "test/restored.test.ts",
			name: "waits for what was paid offline: its payee has all the time that it had",
		},
	},
	{
		name: "restored-orders-differ",
		why: "two devices that were restored from one backup sign two links on what it held: an honest owner forks",
		promise: 5,
		edits: [
			{
				file: "packages/module/src/ordering.ts",
				find: "...(restored ? sameAnywhere(restored) : {",
				put: "...(restored && core.random(1).length === 0 ? sameAnywhere(restored) : {",
			},
		],
		test: { file: "test/restored.test.ts", name: "moved at once on two devices: both sign the same link" },
		blind: "no world restores two devices of one backup",
	},
	{
		name: "tombstones-dropped",
		why: "an attempt is forgotten as soon as it is decided: a repeated transfer is a new one, and a lost release is lost for good",
		promise: 2,
		edits: [
			{
				file: vault,
				find: "	if (state.terms.keepUntil >= now) return false;\n",
				put: "	if (state.terms.keepUntil < 0) return false;\n",
			},
		],
		test: {
			file: "test/growth.test.ts",
			name: "spares what can still be asked about, and takes all of it when its time is over",
		},
	},
	{
		name: "doubt-forgotten",
		why: "a lock and a reservation are forgotten when they are old: what only a ruling could have ended is gone",
		promise: 2,
		edits: [
			{
				file: vault,
				find: `		case "resolving":
			return false;
		case "sent":`,
				put: `		case "resolving":
			return true;
		case "sent":`,
			},
		],
		test: { file: "test/growth.test.ts", name: "keeps what is in doubt, however old, until it is ruled" },
	},
	{
		name: "redeemed-stays-spendable",
		why: "what is redeemed stays in the wallet: paying with it makes an honest holder a forger",
		promise: 3,
		edits: [
			{
				file: order,
				find: '		effects: [{ kind: "persist", changes: { ...noChanges, remove, add: change } }, ask(next)],',
				put: '		effects: [{ kind: "persist", changes: { ...noChanges, remove: remove.slice(1), add: change } }, ask(next)],',
			},
		],
		test: {
			file: "test/payments.test.ts",
			name: "a part leaves the rest spendable, and the account holds the part",
		},
	},
	{
		name: "redeemed-change-lost",
		why: "the change of a redeeming link is dropped",
		promise: 2,
		edits: [
			{
				file: order,
				find: '		effects: [{ kind: "persist", changes: { ...noChanges, remove, add: change } }, ask(next)],',
				put: '		effects: [{ kind: "persist", changes: { ...noChanges, remove, add: change.slice(1) } }, ask(next)],',
			},
		],
		test: {
			file: "test/payments.test.ts",
			name: "a part leaves the rest spendable, and the account holds the part",
		},
	},
	{
		name: "order-before-durable",
		why: "an order goes to the operator before it is durable: after a crash its tokens are there and already redeemed",
		promise: 7,
		edits: [
			{
				file: ordering,
				find: "await persist(core, step.state, effect.changes);",
				put: "void persist(core, step.state, effect.changes).catch(() => undefined);",
			},
		],
		test: {
			file: hostile,
			name: "is waited for: no side says a word, to a peer or an operator, while one of its writes is under way",
		},
	},
	{
		name: "order-given-up",
		why: "an order is given up on any answer, also where that lacks what it speaks of: the tokens that it promised are lost",
		promise: 2,
		edits: [
			{
				file: ordering,
				find: "		return sumOf(came) < sumOf(action.outputs)",
				put: "		return sumOf(came) < 0n * sumOf(action.outputs)",
			},
		],
		test: {
			file: "test/hostile-operator.test.ts",
			name: "that lacks tokens of a … ends nothing: the order waits for the whole answer",
		},
	},
	{
		name: "operator-answers-before-commit",
		why: "an operator answers what it has not made durable: after a loss of power it has never heard of it",
		promise: 7,
		edits: [
			{
				file: "packages/operator/src/store/sqlite-store.ts",
				find: `			await this.#onCommit("beforeCommit");`,
				put: `			for (const [position, { resolve }] of batch.entries()) resolve(results[position]);
			await this.#onCommit("beforeCommit");`,
			},
		],
		test: {
			file: "packages/operator/test/crash.test.ts",
			name: "power fails before and after each commit: endpoints of webhooks, their events and deliveries",
		},
	},
	{
		name: "clock-set-back",
		why: "a payee whose clock was set back takes what was over when its trust list was signed",
		promise: 2,
		edits: [
			{
				file: "packages/module/src/core.ts",
				find: "		return Math.max(this.#clock(), this.surelyPast());",
				put: "		return this.#clock();",
			},
		],
		test: {
			file: "test/trust.test.ts",
			name: "a clock that was set back is no earlier than the list: what was over then is not taken, …",
		},
	},
];
