/** Every judge of test vectors by its name, with what Node brings; their form is in vector.ts. */
import { openContent, platformCryptography } from "@tenten/module";
import {
	checkPeerUrl,
	decodeBundle,
	decodeFrame,
	decodeInvitation,
	letterSeals,
	messagesOfLink,
	QrReader,
	roomOf,
} from "@tenten/wallet";
import { backupJudge } from "./judge-backup.ts";
import { channelJudges, peerJudge } from "./judge-channels.ts";
import { pureJudges } from "./judges.ts";
import type { Judge } from "./vector.ts";

export const judges: Readonly<Record<string, Judge>> = {
	...pureJudges,
	...channelJudges({
		cryptography: platformCryptography,
		openContent,
		decodeBundle,
		messagesOfLink,
		relay: { decodeInvitation, roomOf, decodeFrame, letterSeals },
		newQrReader: () => new QrReader(),
	}),
	backup: backupJudge(platformCryptography),
	peer: peerJudge(checkPeerUrl),
};
