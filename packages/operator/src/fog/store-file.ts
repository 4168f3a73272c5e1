/**
 * The file of a gateway's store: its tables, what brings an older file up to them, and the questions that are asked all
 * the time. None of those looks through the records: a gateway has those of more than a year.
 */
import type { DatabaseSync } from "node:sqlite";
import { aheadMost_s, type Bytes, deviceRecord, isRefusal, parse, type RefusalCode } from "@tenten/protocol";
import { bytesOf, keyTable, type WitnessFile } from "../witness/database.ts";
import { tokenTables } from "./store-tokens.ts";

/** What the operator says of a record that it will take once its time has come. */
export const early = "record-early" satisfies RefusalCode;

const tables = `
	${keyTable}
	create table record (
		id blob primary key check (length(id) = 32),
		number integer not null unique,
		device blob not null check (length(device) = 32),
		encoded blob not null,
		proof blob,
		kept_at integer not null,
		acknowledged_at integer,
		refused text
	) strict;
	create index record_waiting on record (number) where acknowledged_at is null and refused is null;
	create index record_device on record (device, number);
	create trigger record_stays before delete on record
	when old.acknowledged_at is null
	begin select raise(abort, 'a record that nobody acknowledged stays'); end;
	create table approval (
		request blob primary key check (length(request) = 32),
		mandate blob not null check (length(mandate) = 32),
		beginning integer not null check (beginning >= 0),
		ending integer not null check (ending > beginning),
		encoded blob not null,
		unique (mandate, beginning)
	) strict, without rowid;
	create index approval_end on approval (mandate, ending);
	create trigger approval_goes_on before insert on approval
	when new.beginning < (select coalesce(max(ending), 0) from approval where mandate = new.mandate)
	begin select raise(abort, 'a part of a mandate is used once'); end;
	create trigger approval_fixed before update on approval
	begin select raise(abort, 'an approval does not change'); end;
	create trigger approval_stays before delete on approval
	begin select raise(abort, 'an approval stays'); end;
	create table list (name text primary key, encoded blob not null, at integer not null) strict, without rowid;
`;

/**
 * Version 2: when each record was refused, and from when on the operator takes one that was early; what was refused for
 * good may go; and how many there are is counted as they come and go.
 */
function toVersion2(database: DatabaseSync): void {
	database.function("due_at_of", (encoded) => BigInt(dueAt(bytesOf(encoded))));
	database.exec(`
	alter table record add column refused_at integer;
	alter table record add column due_at integer;
	update record set refused_at = unixepoch() where refused is not null;
	update record set due_at = due_at_of(encoded) where refused = '${early}';
	create index record_early on record (due_at, number) where refused = '${early}';
	create index record_acknowledged on record (acknowledged_at) where acknowledged_at is not null;
	create index record_refused on record (refused_at) where refused is not null and refused <> '${early}';
	drop trigger record_stays;
	create trigger record_stays before delete on record
	when old.acknowledged_at is null and (old.refused is null or old.refused = '${early}')
	begin select raise(abort, 'a record that the operator has neither taken nor refused for good stays'); end;
	create table tally (
		only_row integer primary key check (only_row = 1),
		kept integer not null,
		waiting integer not null,
		refused integer not null,
		let_go integer not null,
		approvals integer not null
	) strict;
	insert into tally select 1, count(*),
		count(*) filter (where acknowledged_at is null and refused is null), count(refused), 0,
		(select count(*) from approval) from record;
	create trigger record_came after insert on record
	begin update tally set kept = kept + 1, waiting = waiting + 1; end;
	create trigger record_changed after update of acknowledged_at, refused on record
	begin update tally set
		waiting = waiting + (new.acknowledged_at is null and new.refused is null)
			- (old.acknowledged_at is null and old.refused is null),
		refused = refused + (new.refused is not null) - (old.refused is not null);
	end;
	create trigger record_went after delete on record
	begin update tally set kept = kept - 1, refused = refused - (old.refused is not null),
		let_go = let_go + (old.refused is not null);
	end;
	create trigger approval_came after insert on approval
	begin update tally set approvals = approvals + 1; end;
	`);
}

/** Version 3: the tokens of devices. */
function toVersion3(database: DatabaseSync): void {
	database.exec(tokenTables);
}

/** "tntf" */
export const fogFile: WitnessFile = {
	applicationId: 0x746e7466,
	version: 1,
	isShared: false,
	schema: tables,
	steps: [toVersion2, toVersion3],
};

/** From when on an operator takes a record, in unix seconds. */
export function dueAt(encoded: Bytes): number {
	const read = parse(deviceRecord, encoded);
	if (isRefusal(read)) throw new Error("the store is damaged: a record does not read");
	return read.body.paidAt - aheadMost_s;
}

const columns = "id, number, device, encoded, proof, kept_at, acknowledged_at, refused";

/** What the forwarder and whoever looks at the gateway ask, every few seconds. */
export const questions = {
	waiting: `select ${columns} from record where acknowledged_at is null and refused is null order by number limit ?`,
	due: `select ${columns} from record where refused = '${early}' and due_at <= ? order by due_at, number limit ?`,
	ofDevice: `select ${columns} from record where device = ? and number >= ? order by number limit ?`,
	count: "select kept, waiting, refused, let_go as letGo, approvals from tally",
	forgetAcknowledged: `delete from record where rowid in
		(select rowid from record where acknowledged_at < ? limit ?)`,
	forgetRefused: `delete from record where rowid in
		(select rowid from record where refused is not null and refused <> '${early}' and refused_at < ? limit ?)`,
} as const;
