/** Waiting for whoever runs this to end it: Ctrl-C, or what a service manager sends. */

export type StopSignal = {
	/** resolves at the first SIGINT or SIGTERM; a second one ends the process at once, as it always does */
	readonly stopped: Promise<void>;
	/** no longer keeps the process alive, and takes no signals any more */
	readonly release: () => void;
};

export function stopSignal(): StopSignal {
	const alive = setInterval(() => undefined, 60_000);
	let stop = (): void => undefined;
	const release = (): void => {
		clearInterval(alive);
		process.off("SIGINT", stop);
		process.off("SIGTERM", stop);
	};
	const stopped = new Promise<void>((resolve) => {
		stop = () => {
			release();
			resolve();
		};
	});
	process.on("SIGINT", stop);
	process.on("SIGTERM", stop);
	return { stopped, release };
}
