/** The drawings of the icons: paths in a square of 24. */
export const drawings = {
	home: "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6h-6v6H5a1 1 0 0 1-1-1z",
	pay: "M5 12h14M13 6l6 6-6 6",
	receive: "M19 12H5M11 6l-6 6 6 6",
	topUp: "M12 5v14M5 12h14",
	waiting: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
	done: "M5 12.5 10 17.5 19 7.5",
	lost: "M12 8v5M12 16.5v.5M12 3 2.5 20h19z",
	copy: "M9 9h10v11H9zM6 15H5V4h10v2",
	file: "M6 3h8l4 4v14H6zM14 3v4h4",
	screen: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18h2",
	link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.7-5.7l-1.5 1.5M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5",
	relay: "M4 12a8 8 0 0 1 16 0M7.5 12a4.5 4.5 0 0 1 9 0M12 12v8",
	nearby:
		"M12 12v.01M8.5 15.5a5 5 0 0 1 0-7M15.5 8.5a5 5 0 0 1 0 7M5.5 18.5a9 9 0 0 1 0-13M18.5 5.5a9 9 0 0 1 0 13",
	camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
	settings: "M4 7h10M18 7h2M4 17h2M10 17h10M16 5v4M8 15v4",
	close: "M6 6l12 12M18 6 6 18",
	history: "M4 6h16M4 12h16M4 18h10",
} as const;

export type IconName = keyof typeof drawings;
