/** `tenten wallet gateway`: the fog gateway beside a wallet, which has its records and tokens, and tells it lists. */
import { isRefusal } from "@tenten/protocol";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { commandName } from "../invocation.ts";
import { codeInWords } from "../trust-file.ts";
import { type Ending, walletCommand } from "../wallet/command.ts";
import type { WalletFolder } from "../wallet/folder.ts";
import {
	gatewayOver,
	idAt,
	type JoinedGateway,
	lineTo,
	readGateway,
	writeGateway,
} from "../wallet/gateway.ts";

type GatewayFlags = {
	readonly off?: true;
	readonly pin?: string;
	readonly of?: string;
	readonly approvesFrom?: string;
};

export function gatewayCommand(): Command {
	return walletCommand<[address: string | undefined], GatewayFlags>(
		{
			usage: "gateway [address]",
			summary:
				"join a fog gateway: what a device holds and paid is kept there, lists come from there; without an address, say which one",
			example: "tenten wallet gateway http://192.168.1.20:8791 --pin 5e1f…(64 digits)",
			options: [
				["--pin <id>", "the gateway's id, as it is known from elsewhere (hex); at a broker it must be said"],
				["--of <id>", "the id of its operator (hex; default: the first that the wallet has joined)"],
				["--approves-from <amount>", "take payments of so many minor units or more with its approval alone"],
				["--off", "leave it: what it keeps it keeps"],
			],
		},
		async (folder, flags, _, address) => {
			if (flags.off === true) return left(folder);
			return address === undefined ? shown(folder) : joined(folder, address.replace(/\/+$/, ""), flags);
		},
	);
}

function shown({ path }: WalletFolder): Ending {
	const gateway = readGateway(path) ?? null;
	const words = gateway === null ? "This wallet has joined no gateway." : saying(gateway);
	const next = gateway === null ? `${commandName()} wallet gateway ADDRESS` : "";
	return { ok: true, fundsState: "safe", words, next, result: { gateway } };
}

function saying({ id, url, approvesFrom }: JoinedGateway): string {
	const approval =
		approvesFrom === null ? "" : ` Payments from ${approvesFrom} minor units on need its approval.`;
	return `Gateway ${id} at ${url}.${approval}`;
}

async function left({ path, wallet }: WalletFolder): Promise<Ending> {
	writeGateway(path, null);
	await wallet.module.devices.keepRecords(false);
	const words = "This wallet has no gateway any more. What that keeps it keeps.";
	return { ok: true, fundsState: "safe", words, next: "", result: { gateway: null } };
}

/** What there is to bring goes at once. One that does not answer now is joined all the same. */
async function joined(folder: WalletFolder, url: string, flags: GatewayFlags): Promise<Ending> {
	const { pin, of: operator = folder.operators[0]?.id, approvesFrom = null } = flags;
	if (operator === undefined)
		throw new BadInput("this wallet has joined no operator: --of names the gateway's");
	if (approvesFrom !== null && !/^[1-9][0-9]{0,18}$/.test(approvesFrom))
		throw new BadInput("--approves-from is a whole number of minor units above zero");
	const gateway: JoinedGateway = { url, id: await idAt(url, pin), operator, approvesFrom };
	const line = await lineTo(gateway);
	try {
		const { module } = folder.wallet;
		const over = gatewayOver(line, gateway);
		writeGateway(folder.path, gateway);
		await module.devices.keepRecords(true);
		const records = await over.bringRecords(module);
		const tokens = isRefusal(records) ? records : await over.bringTokens(module);
		const refused = [records, tokens].find(isRefusal);
		const came = isRefusal(refused)
			? `It has not taken what is here yet: ${codeInWords(refused)}.`
			: `It took ${tokens} token(s) and ${records} record(s).`;
		return {
			ok: true,
			fundsState: "safe",
			words: `${saying(gateway)} ${came}`,
			next: "",
			result: { gateway, tokens: isRefusal(tokens) ? 0 : tokens, code: refused?.code ?? null },
		};
	} finally {
		line.close();
	}
}
