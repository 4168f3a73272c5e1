/** The file of a backup: what a module backs up, and where the wallet's operators are (docs/spec/backups.md). */
import {
	type Bytes,
	bytes,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	text,
} from "@tenten/protocol";

const maximumBytes = 1 << 28;

export type BackupFile = {
	/** see `SecureModule.backup` */
	readonly content: Bytes;
	/** in the order in which they were joined, by hexadecimal id: the first one's trust list is pinned */
	readonly operators: readonly { readonly id: string; readonly name: string; readonly url: string }[];
};

const backupFile: Shape<BackupFile> = record({
	content: bytes(1, maximumBytes),
	operators: list(record({ id: text(64), name: text(64), url: text(256) }), 256),
});

export function writeBackupFile(file: BackupFile): Bytes {
	return serialize(backupFile, file);
}

/** What a file holds, unopened, or `state-damaged`. */
export function readBackupFile(encoded: Bytes): BackupFile | Refusal {
	const file = parse(backupFile, encoded, maximumBytes);
	return isRefusal(file) ? refuse("state-damaged", "not a backup") : file;
}
