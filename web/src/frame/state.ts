// What any page may ask of the frame.
import { reactive } from "vue";

export const frameState = reactive({ palette: false, keys: false, barHidden: false });
export function openPalette(): void {
  frameState.palette = true;
}
