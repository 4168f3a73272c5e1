/** Judges of backups: a recovery code as it was typed, and the keys that a passphrase or a code opens. */
import { type Cryptography, openBackupKeys, readRecoveryCode } from "@tenten/module";
import { isRefusal, refuse, toHex } from "@tenten/protocol";
import { bytesIn, type Facts, factsOf, type Judge, textIn } from "./vector.ts";

export const judgeRecoveryCode: Judge = (input) => {
	const code = readRecoveryCode(textIn(input, "typed"));
	return code === undefined ? refuse("unlock-failed") : { code };
};

export function backupJudge(cryptography: Cryptography): Judge {
	return async (input) => {
		const content = await openBackupKeys(bytesIn(input, "keys"), textIn(input, "secret"), cryptography);
		if (isRefusal(content)) return content;
		return { stateKey: toHex(content.stateKey), keys: factsOf(content.keys) as readonly Facts[] };
	};
}
