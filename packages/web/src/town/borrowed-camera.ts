/**
 * A camera for a phone that is a frame: it sees the code on the other frame's screen. What it gives is a picture like
 * any camera's, and whoever asked for it has to read it.
 */
const side = 720;
const margin = 40;
const picturesPerSecond = 12;

/** What is in front of the camera; null where no code is shown. */
type Sight = () => CanvasImageSource | null;

/** Gives whatever runs in `phone` this camera in the place of the machine's. */
export function lendCamera(phone: Window, sight: Sight): void {
	const { mediaDevices } = phone.navigator;
	const canvas = document.createElement("canvas");
	canvas.width = canvas.height = side;
	const context = canvas.getContext("2d");
	if (context === null) return;
	const draw = (): void => {
		const seen = sight();
		context.imageSmoothingEnabled = false;
		context.fillStyle = seen === null ? "#445" : "#fff";
		context.fillRect(0, 0, side, side);
		if (seen !== null) context.drawImage(seen, margin, margin, side - 2 * margin, side - 2 * margin);
	};
	const getUserMedia = async (): Promise<MediaStream> => {
		const stream = canvas.captureStream(picturesPerSecond);
		const beat = setInterval(() => {
			if (stream.getTracks().every(({ readyState }) => readyState === "ended")) clearInterval(beat);
			else draw();
		}, 1_000 / picturesPerSecond);
		draw();
		return stream;
	};
	Object.defineProperty(mediaDevices, "getUserMedia", { value: getUserMedia, configurable: true });
}
