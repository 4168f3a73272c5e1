/** The journal of drills: signed before and after, never changed, whatever becomes of the process; and what it adds up to. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { type DrillBody, drillFigures, isRefusal, keyId, sha256, verifyDrill } from "@tenten/protocol";
import { signerFrom, verify } from "../../module/src/index.ts";
import { DrillJournal, drillOnce, type FailPoint } from "../src/index.ts";
import { inFolder } from "./support/in-folder.ts";
import { folderOf } from "./support/sealed-log.ts";

const signer = signerFrom(sha256(Uint8Array.of(7)), "Ed25519");
const id = (fill: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(fill);
const operator = id(1);

function open(file: string, onCommit?: (point: FailPoint) => void): DrillJournal {
	const journal = DrillJournal.open(file, onCommit === undefined ? {} : { onCommit });
	return isRefusal(journal) ? assert.fail(journal.detail) : journal;
}

let drills = 0;
const around = (journal: DrillJournal, now = () => 5_000) => ({
	journal,
	signer,
	now,
	entropy: () => id(++drills),
});
const plan = (redeem: () => Promise<boolean>, patience_s = 300) => ({
	operator,
	asset: id(2),
	amount: 5n,
	patience_s,
	redeem,
});

test("each outcome is signed after its beginning, and read as it was signed", () =>
	inFolder(async (database) => {
		const file = folderOf(database, "drills.db");
		DrillJournal.create(file, signer.key);
		const journal = open(file);
		let now = 5_000;
		const clock = () => now;
		const seen: (DrillBody["outcome"] | undefined)[] = [];
		const look = (isPaid: boolean) => async (): Promise<boolean> => {
			seen.push(journal.drills(operator, 1)[0]?.outcome);
			now += 40;
			return isPaid;
		};
		await drillOnce(plan(look(true)), around(journal, clock));
		await drillOnce(plan(look(false)), around(journal, clock));
		await drillOnce(
			plan(() => Promise.reject(new Error("away"))),
			around(journal, clock),
		);
		await drillOnce(
			plan(() => new Promise(() => undefined), 0.02),
			around(journal, clock),
		);
		assert.deepEqual(seen, [null, null], "it was begun before it was asked");
		const results = journal.statements(operator, 9).map((statement) => {
			const body = verifyDrill(statement, keyId(signer.key), verify);
			return isRefusal(body) ? body.code : [body.outcome?.result, body.outcome?.after_ms];
		});
		assert.deepEqual(results, [
			["unanswered", 0],
			["unanswered", 0],
			["refused", 40],
			["paid", 40],
		]);
		const [last] = journal.statements(operator, 1);
		assert.ok(last);
		assert.equal((verifyDrill(last, id(9), verify) as { code?: string }).code, "authority-unknown");
		const forged = last.slice();
		forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
		assert.equal(
			(verifyDrill(forged, keyId(signer.key), verify) as { code?: string }).code,
			"signature-invalid",
		);
		assert.deepEqual(journal.drills(id(8), 9), []);
		journal.close();
		const raw = new DatabaseSync(file);
		for (const statement of [
			"update drill set begun = zeroblob(1)",
			"update drill set ended = null",
			"delete from drill",
		])
			assert.throws(() => raw.exec(statement), /once|forgets/, statement);
		raw.close();
	}));

test("power fails before or after each commit: what was begun stays begun, and counts as not paid once it is late", () =>
	inFolder(async (database) => {
		let cuts = 0;
		for (const point of ["beforeCommit", "afterCommit"] as const)
			for (const commits of [0, 1]) {
				const file = folderOf(database, `${point} ${commits}.db`);
				DrillJournal.create(file, signer.key);
				let left = commits;
				const failing = open(file, (reached) => {
					if (reached === point && left-- === 0) throw new Error("power is gone");
				});
				let isAsked = false;
				const redeem = async () => {
					isAsked = true;
					return true;
				};
				await assert.rejects(drillOnce(plan(redeem), around(failing)), /power/);
				failing.close();
				cuts++;
				const journal = open(file);
				const kept = journal.drills(operator, 9);
				const isBegun = commits === 1 || point === "afterCommit";
				assert.equal(kept.length, isBegun ? 1 : 0);
				assert.ok(!isAsked || isBegun, "nothing is asked that was not begun");
				const isEnded = commits === 1 && point === "afterCommit";
				const { count, paid } = drillFigures(kept, 10_000);
				assert.deepEqual([count, paid], [isBegun ? 1 : 0, isEnded ? 1 : 0]);
				assert.equal(drillFigures(kept, 6).count, isEnded ? 1 : 0, "it is not late yet");
				journal.close();
			}
		assert.equal(cuts, 4);
	}));

test("figures: of a hundred that were paid all but one took no longer; a journal is of one key", () =>
	inFolder(async (database) => {
		const body = { drill: id(1), operator, asset: id(2), amount: 5n, requestedAt: 0, deadline: 9 };
		const paid = Array.from({ length: 100 }, (_, at) => ({
			...body,
			outcome: { result: "paid" as const, after_ms: 100 - at },
		}));
		const refused = { ...body, outcome: { result: "refused" as const, after_ms: 9_999 } };
		assert.deepEqual(drillFigures([...paid, refused], 0), { count: 101, paid: 100, p99_ms: 99 });
		assert.deepEqual(drillFigures([refused], 0), { count: 1, paid: 0, p99_ms: null });
		const file = folderOf(database, "drills.db");
		assert.equal((DrillJournal.open(file) as { code?: string }).code, "state-damaged");
		DrillJournal.create(file, signer.key);
		const journal = open(file);
		assert.ok(journal.isOf(signer.key) && !journal.isOf(signerFrom(id(3), "Ed25519").key));
		journal.close();
	}));
