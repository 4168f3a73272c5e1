/** Waiting for whoever runs this to end it: Ctrl-C, or what a service manager sends. */

/** Resolves at the first SIGINT or SIGTERM. A second one ends the process at once, as it always does. */
export function untilStopped(): Promise<void> {
	return new Promise((resolve) => {
		const stop = (): void => {
			process.removeListener("SIGINT", stop);
			process.removeListener("SIGTERM", stop);
			clearInterval(alive);
			resolve();
		};
		process.on("SIGINT", stop);
		process.on("SIGTERM", stop);
		const alive = setInterval(() => undefined, 60_000);
	});
}
