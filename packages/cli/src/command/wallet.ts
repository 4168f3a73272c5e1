/** `tenten wallet`: a wallet in a folder, that pays and is paid over HTTP, by file and by link. */
import type { Command } from "commander";
import { family } from "../subcommand.ts";
import { balanceCommand, redeemCommand, refreshCommand, topUpCommand } from "./wallet-account.ts";
import { acrossCommand } from "./wallet-across.ts";
import { backupCommand, restoreCommand } from "./wallet-backup.ts";
import { foreignCommand } from "./wallet-foreign.ts";
import { gatewayCommand } from "./wallet-gateway.ts";
import { acceptCommand, returnCommand, sendCommand } from "./wallet-hand.ts";
import { listCommands } from "./wallet-lists.ts";
import { meterCommands } from "./wallet-meter.ts";
import { payCommand } from "./wallet-pay.ts";
import { receiveCommand, requestCommand } from "./wallet-receive.ts";
import { historyCommand, receiptCommands } from "./wallet-record.ts";
import { cancelCommand, recoverCommand, refundCommand } from "./wallet-recover.ts";
import { initCommand, joinCommand } from "./wallet-setup.ts";

export function walletCommands(): Command {
	return family("wallet", "hold, pay and receive value", [
		initCommand(),
		joinCommand(),
		foreignCommand(),
		listCommands(),
		gatewayCommand(),
		balanceCommand(),
		topUpCommand(),
		payCommand(),
		receiveCommand(),
		requestCommand(),
		meterCommands(),
		sendCommand(),
		acceptCommand(),
		returnCommand(),
		acrossCommand(),
		historyCommand(),
		receiptCommands(),
		recoverCommand(),
		cancelCommand(),
		refundCommand(),
		redeemCommand(),
		refreshCommand(),
		backupCommand(),
		restoreCommand(),
	]);
}
