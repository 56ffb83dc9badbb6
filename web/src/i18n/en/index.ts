// One file for each area of the interface, flat keys that begin with a word of that area.
const files = import.meta.glob<Record<string, string>>("./*.json", { eager: true, import: "default" });
export default Object.assign({}, ...Object.values(files)) as Record<string, string>;
