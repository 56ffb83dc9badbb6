// v-focus: takes the focus when it appears. The attribute does so only once for each page the browser loads.
export const vFocus = { mounted: (element: HTMLElement): void => element.focus() };
