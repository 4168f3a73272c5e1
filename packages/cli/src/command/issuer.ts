/** `tenten operator`: an operator over HTTP, and what the people who run it look after. */
import type { Command } from "commander";
import { family, type Members, membersFor } from "../subcommand.ts";

const members: Members = {
	init: async () => (await import("./issuer-serve.ts")).initCommand(),
	serve: async () => (await import("./issuer-serve.ts")).serveCommand(),
	deposit: async () => (await import("./issuer-manage.ts")).depositCommand(),
	totals: async () => (await import("./issuer-manage.ts")).totalsCommand(),
	"case-files": async () => (await import("./issuer-manage.ts")).caseFilesCommand(),
	keys: async () => (await import("./operator-access.ts")).keyCommands(),
	"signing-keys": async () => (await import("./operator-signing-keys.ts")).signingKeyCommands(),
	payouts: async () => (await import("./operator-payouts.ts")).payoutCommands(),
	peers: async () => (await import("./operator-peers.ts")).peerCommands(),
	webhooks: async () => (await import("./operator-webhooks.ts")).webhookCommands(),
	audit: async () => (await import("./operator-access.ts")).auditCommand(),
	people: async () => (await import("./operator-people.ts")).peopleCommands(),
	parties: async () => (await import("./operator-parties.ts")).partyCommands(),
	definitions: async () => (await import("./operator-definitions.ts")).definitionCommands(),
	licences: async () => (await import("./operator-licences.ts")).licenceCommands(),
	issue: async () => (await import("./operator-licences.ts")).issueCommands(),
	freeze: async () => (await import("./operator-freezes.ts")).freezeCommands(),
	appeals: async () => (await import("./operator-freezes.ts")).appealCommands(),
	export: async () => (await import("./issuer-manage.ts")).exportCommands(),
	"trust-list": async () => (await import("./issuer-serve.ts")).trustListCommand(),
	schema: async () => (await import("./operator-schema.ts")).schemaCommand(),
	prune: async () => (await import("./operator-prune.ts")).pruneCommand(),
	backup: async () => (await import("./operator-backup.ts")).backupOperatorCommand(),
	restore: async () => (await import("./operator-backup.ts")).restoreOperatorCommand(),
};

/** `words`: what is run of it, of which only that is read. */
export async function issuerCommands(words: readonly string[]): Promise<Command> {
	const read = await membersFor(members, words);
	return family("operator", "issue, redeem and prove: run an operator", read);
}
