/** `tenten operator`: an operator over HTTP, and what the people who run it look after. */
import type { Command } from "commander";
import { family } from "../subcommand.ts";
import { caseFilesCommand, depositCommand, exportCommands, totalsCommand } from "./issuer-manage.ts";
import { initCommand, serveCommand, trustListCommand } from "./issuer-serve.ts";
import { auditCommand, keyCommands } from "./operator-access.ts";
import { backupOperatorCommand, restoreOperatorCommand } from "./operator-backup.ts";
import { definitionCommands } from "./operator-definitions.ts";
import { appealCommands, freezeCommands } from "./operator-freezes.ts";
import { issueCommands, licenceCommands } from "./operator-licences.ts";
import { partyCommands } from "./operator-parties.ts";
import { payoutCommands } from "./operator-payouts.ts";
import { peerCommands } from "./operator-peers.ts";
import { peopleCommands } from "./operator-people.ts";
import { pruneCommand } from "./operator-prune.ts";
import { schemaCommand } from "./operator-schema.ts";
import { signingKeyCommands } from "./operator-signing-keys.ts";
import { webhookCommands } from "./operator-webhooks.ts";

export function issuerCommands(): Command {
	return family("operator", "issue, redeem and prove: run an operator", [
		initCommand(),
		serveCommand(),
		depositCommand(),
		totalsCommand(),
		caseFilesCommand(),
		keyCommands(),
		signingKeyCommands(),
		payoutCommands(),
		peerCommands(),
		webhookCommands(),
		auditCommand(),
		peopleCommands(),
		partyCommands(),
		definitionCommands(),
		licenceCommands(),
		issueCommands(),
		freezeCommands(),
		appealCommands(),
		exportCommands(),
		trustListCommand(),
		schemaCommand(),
		pruneCommand(),
		backupOperatorCommand(),
		restoreOperatorCommand(),
	]).alias("issuer");
}
