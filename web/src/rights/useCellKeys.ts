// Arrow keys move between the cells of a table of buttons.
const STEPS: Record<string, [number, number]> = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

export function useCellKeys(): (event: KeyboardEvent) => void {
  return (event) => {
    const step = STEPS[event.key];
    const cell = (event.target as Element).closest("td");
    if (!step || !cell || event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest("input, textarea, [role=radiogroup]")) return;
    const row = cell.parentElement as HTMLTableRowElement;
    const table = row.closest("table");
    const rows = [...(table?.rows ?? [])].filter((item) => item.cells.length === row.cells.length);
    const target = rows[rows.indexOf(row) + step[0]]?.cells[cell.cellIndex + step[1]]?.querySelector<HTMLElement>("button");
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
}
