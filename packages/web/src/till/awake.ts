/** Keeps the screen lit while a customer reads it, where the browser can; until what is returned is called. */
export function stayAwake(): () => void {
	let lock: WakeLockSentinel | undefined;
	let isOver = false;
	// A browser without it, or one that saves its battery, shows the code all the same.
	navigator.wakeLock
		?.request("screen")
		.then((given) => {
			lock = given;
			if (isOver) void given.release();
		})
		.catch(() => undefined);
	return () => {
		isOver = true;
		void lock?.release();
	};
}
