/** Two notes when a payment is done, on both phones alike; a person may want silence. */
const preference = "tenten-sound";
const notes_hz = [659.25, 987.77];
const noteLength_s = 0.14;

let isOn = $state(localStorage.getItem(preference) !== "off");
const heard = new Set<string>();

export function soundIsOn(): boolean {
	return isOn;
}

export function setSound(on: boolean): void {
	isOn = on;
	localStorage.setItem(preference, on ? "on" : "off");
}

/** Once for each payment, by its id. Browsers that want a touch first stay silent. */
export function chime(payment: string): void {
	if (heard.has(payment)) return;
	heard.add(payment);
	if (!isOn || typeof AudioContext === "undefined") return;
	const context = new AudioContext();
	notes_hz.forEach((frequency, i) => {
		const start = context.currentTime + i * noteLength_s;
		const [note, volume] = [context.createOscillator(), context.createGain()];
		note.frequency.value = frequency;
		volume.gain.setValueAtTime(0.0001, start);
		volume.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
		volume.gain.exponentialRampToValueAtTime(0.0001, start + noteLength_s * 2);
		note.connect(volume).connect(context.destination);
		note.start(start);
		note.stop(start + noteLength_s * 2);
		if (i === notes_hz.length - 1) note.onended = () => void context.close();
	});
}
