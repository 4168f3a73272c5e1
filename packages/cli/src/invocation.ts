/** How whoever reads our hints runs this command: through npm in a clone, by its own name where installed. */

/** `npx tenten` or `tenten`. */
export function commandName(): string {
	const { npm_config_user_agent: npm } = process.env;
	return npm === undefined ? "tenten" : "npx tenten";
}
