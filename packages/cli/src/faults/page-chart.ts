/** Bars in SVG, one row a name, its parts one after another; the figures stand beside them. */
export type Bar = {
	readonly name: string;
	readonly parts: readonly { readonly kind: string; readonly value: number }[];
};

const [left, width, right, row] = [90, 300, 110, 24];

export function chart(bars: readonly Bar[]): string {
	const total = ({ parts }: Bar): number => parts.reduce((sum, { value }) => sum + value, 0);
	const most = Math.max(1, ...bars.map(total));
	const rows = bars.map((bar, i) => {
		const y = i * row;
		let x = left;
		const rects = bar.parts.map(({ kind, value }) => {
			const wide = (value / most) * width;
			const rect = `<rect class="${kind}" x="${round(x)}" y="${y + 3}" width="${round(wide)}" height="${row - 6}"/>`;
			x += wide;
			return rect;
		});
		const figures = bar.parts.map(({ value }) => value).join(" + ");
		return `<text x="${left - 8}" y="${y + 17}" text-anchor="end">${bar.name}</text>${rects.join("")}<text x="${round(x + 6)}" y="${y + 17}">${figures}</text>`;
	});
	const height = bars.length * row;
	const words = bars
		.map((bar) => `${bar.name}: ${bar.parts.map(({ value }) => value).join(" + ")}`)
		.join("; ");
	return `<svg role="img" aria-label="${words}" viewBox="0 0 ${left + width + right} ${height}" width="${left + width + right}" height="${height}">${rows.join("")}<line class="line" x1="${left}" x2="${left}" y1="0" y2="${height}"/></svg>`;
}

function round(value: number): string {
	return value.toFixed(1);
}
