/** The letters of a picture: those of the page, by names that other programs know too. */
export const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
