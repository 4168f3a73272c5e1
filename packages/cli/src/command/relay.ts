/** `tenten relay`: a relay for wallets that have no address of their own, until it is told to end. */
import { listenAsRelay } from "@tenten/wallet";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { onPort } from "../server/port.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { subcommand } from "../subcommand.ts";

type Flags = {
	readonly port: string;
	readonly host?: string;
	readonly origin?: readonly string[];
	readonly trustedProxy?: readonly string[];
};

const usualPort = "8790";

export function relayCommand(): Command {
	const command = subcommand<[], Flags>(
		{
			usage: "relay",
			summary:
				"keep sealed letters for two wallets until both were there; it can read none, and keeps none on disk",
			example: "tenten relay --port 8790 --trusted-proxy loopback --origin https://wallet.example",
			options: [
				["--host <address>", "listen there (default: this machine alone, behind a proxy that brings TLS)"],
				["--origin <origin...>", "web pages that may connect, as https://wallet.example (default: any)"],
				[
					"--trusted-proxy <network...>",
					"proxies in front of it, as 10.0.0.0/8 or loopback: limits count whom they forward (default: none)",
				],
			],
		},
		async (output, { port, host, origin, trustedProxy }) => {
			const asked = portOf(port);
			const relay = await onPort(asked, () =>
				listenAsRelay({
					port: asked,
					...(host === undefined ? {} : { host }),
					...(origin === undefined ? {} : { origins: origin }),
					...(trustedProxy === undefined ? {} : { trustedProxies: trustedProxy }),
				}),
			);
			output.say(`A relay at ${relay.url}. Ctrl-C ends it.`);
			await stopSignal().stopped;
			await relay.stop();
			return { ok: true, result: { ok: true, url: relay.url } };
		},
	);
	return command.option("--port <number>", "listen there; 0 for a free one", usualPort);
}

function portOf(text: string): number {
	if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 65_535) throw new BadInput(`${text} is no port`);
	return Number(text);
}
